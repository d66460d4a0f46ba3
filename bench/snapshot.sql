-- A synthetic snapshot, for bench/snapshot.py: variables `accounts`, `seed` and `as_of` are set before this is run.
--
-- Every value hangs on the seed and on the row's own number, never on the order of rows or threads. `whole(n, k, m)` is
-- the k-th random number of row n among 0 … m - 1 (hashed twice, because the low bits of a hash of several values are
-- not independent), `draw(n, k)` one in [0, 1). `pays` says how an account behaves: under 0.45 well, under 0.75 late or
-- in part, else badly. Rows lie in the order in which they would have arrived, not account by account.

CREATE MACRO whole(n, k, m) AS
    (hash(hash(n::BIGINT, k::INTEGER, getvariable('seed')::BIGINT)) % m::UBIGINT)::BIGINT;
CREATE MACRO draw(n, k) AS whole(n, k, 1000000) / 1000000;
CREATE MACRO pick(n, k, list) AS list[(whole(n, k, len(list)) + 1)::INTEGER];
CREATE MACRO cents(n) AS (n::DECIMAL(15,0) * 0.01::DECIMAL(3,2))::DECIMAL(18,3);
CREATE MACRO day(n) AS getvariable('as_of')::DATE - n::INTEGER;
CREATE MACRO owner(a) AS a - CASE WHEN a % 5 = 4 THEN 1 ELSE 0 END;
CREATE MACRO pays(a) AS draw(a, 1);
CREATE MACRO bills(a) AS 1 + whole(a, 5, 6);
CREATE MACRO bill(a, n) AS cents(2000 + whole(a, 2, 12000) + whole(a * 100 + n, 3, 3000));
CREATE MACRO due(a, n) AS day(30 * n - 12 + whole(a, 4, 25));
CREATE MACRO creditor(a) AS pick(a, 21, ['bench-telecom', 'bench-telecom', 'bench-bank']);
CREATE MACRO each_account() AS TABLE SELECT range AS a FROM range(1, getvariable('accounts') + 1);
CREATE MACRO each_bill() AS TABLE
    SELECT a, n, a * 10 + n AS id FROM each_account(), range(6) AS u(n) WHERE n < bills(a);

CREATE VIEW parties AS
SELECT a AS party_id, 'bench/C' || lpad(a::VARCHAR, 9, '0') AS customer,
       CASE WHEN draw(a, 10) < 0.93 THEN 'person' ELSE 'company' END AS kind,
       pick(a, 11, ['CN-BJ', 'CN-SH', 'CN-GD', 'CN-SC', 'CN-HB', 'CN-XJ']) AS region,
       'Asia/Shanghai' AS time_zone, CASE WHEN draw(a, 12) < 0.9 THEN 'zh' ELSE 'en' END AS language,
       pick(a, 13, ['gold', 'silver', 'bronze', 'bronze', NULL]) AS tier,
       CASE WHEN draw(a, 14) < 0.03 THEN 'elderly' END AS special_groups,
       day(30 + whole(a, 15, 4000)) AS customer_since
FROM each_account() WHERE owner(a) = a;

CREATE VIEW accounts AS
SELECT a AS account_id, owner(a) AS party_id, 'bench/A' || lpad(a::VARCHAR, 9, '0') AS account,
       pick(a, 20, ['mobile', 'mobile', 'broadband', 'fixed', 'iot', 'leased_line', 'consumer_credit',
                    'instalment_loan', 'invoice']) AS product_line,
       creditor(a) AS creditor, CASE WHEN draw(a, 22) < 0.98 THEN 'CNY' ELSE 'USD' END AS currency,
       day(300 + whole(a, 23, 3000)) AS opened_on,
       CASE WHEN draw(a, 24) < 0.4 THEN cents(100000 + whole(a, 25, 4000000)) END AS credit_limit,
       CASE WHEN draw(a, 26) < 0.2 THEN 3 END::INTEGER AS grace_days,
       CASE WHEN draw(a, 27) < 0.02 THEN day(whole(a, 28, 200)) END AS closed_on
FROM each_account();

CREATE VIEW charges AS
SELECT * FROM (
    SELECT id AS charge_id, a AS account_id, 'B' || id::VARCHAR AS charge, due(a, n) - 25 AS booked_on,
           due(a, n) AS due_on, 'principal' AS component, bill(a, n) AS amount
    FROM each_bill()
    UNION ALL
    SELECT a * 10 + 8, a, 'F' || a::VARCHAR, due(a, 1) + 5, due(a, 1) + 10,
           pick(a, 30, ['fee', 'penalty', 'interest']), cents(200 + whole(a, 31, 1500))
    FROM each_account() WHERE draw(a, 32) < 0.4 AND bills(a) > 1
) WHERE booked_on <= day(0) ORDER BY booked_on, charge_id;

CREATE VIEW payments AS
SELECT * FROM (
    SELECT id AS payment_id, a AS account_id, CASE WHEN draw(id, 40) < 0.15 THEN id END AS charge_id,
           due(a, n) + (CASE WHEN pays(a) < 0.45 THEN whole(id, 41, 12) - 9 ELSE whole(id, 42, 45) - 4 END)::INTEGER
               AS paid_on,
           CASE WHEN pays(a) < 0.45 OR draw(id, 43) < 0.6 THEN bill(a, n) ELSE cents(500 + whole(id, 44, 4000)) END
               AS amount
    FROM each_bill()
    WHERE draw(id, 45) < CASE WHEN pays(a) < 0.45 THEN 0.97 WHEN pays(a) < 0.75 THEN 0.6 ELSE 0.15 END
) WHERE paid_on <= day(0) ORDER BY paid_on, payment_id;

CREATE VIEW adjustments AS
SELECT a AS account_id, CASE WHEN draw(a, 50) < 0.3 THEN a * 10 + 1 END AS charge_id, NULL::BIGINT AS payment_id,
       day(whole(a, 51, 120)) AS effective_on,
       pick(a, 52, ['credit_note', 'waiver', 'waiver', 'reversal', 'chargeback', 'write_off']) AS kind,
       cents(500 + whole(a, 53, 3000)) AS amount
FROM each_account() WHERE draw(a, 54) < 0.12 ORDER BY effective_on, account_id;

CREATE VIEW holds AS
SELECT owner(a) AS party_id, CASE WHEN draw(a, 60) < 0.5 THEN a END AS account_id,
       pick(a, 61, ['dispute', 'hardship', 'breathing_space', 'pause']) AS kind,
       day(10 + whole(a, 62, 90)) AS from_on,
       CASE WHEN draw(a, 63) < 0.8 THEN day(10 + whole(a, 62, 90)) + whole(a, 64, 60)::INTEGER END AS until_on
FROM each_account() WHERE draw(a, 65) < 0.04;

CREATE VIEW contacts AS
SELECT party_id, happened_at, happened_at::DATE AS local_date,
       (extract(hour FROM happened_at) + 8)::INTEGER % 24 AS local_hour, direction, channel, purpose, actor,
       reached < 0.5 AS connected, reached < 0.2 AS conversation,
       CASE WHEN reached < 0.2 THEN 'debtor' WHEN reached < 0.5 THEN 'voicemail' ELSE 'nobody' END AS answered_by,
       outcome, contact_point_id, creditor
FROM (
    SELECT owner(a) AS party_id,
           day(whole(id, 70, 100))::TIMESTAMP + INTERVAL 1 MINUTE * whole(id, 71, 720) AS happened_at,
           CASE WHEN draw(id, 72) < 0.9 THEN 'outbound' ELSE 'inbound' END AS direction,
           pick(id, 73, ['sms', 'sms', 'app_push', 'voice', 'voice', 'email', 'letter']) AS channel,
           'collection' AS purpose, pick(id, 74, ['robot', 'robot', 'human']) AS actor, draw(id, 75) AS reached,
           pick(id, 76, ['no_answer', 'promise', 'delivered', 'refused']) AS outcome,
           owner(a) * 2 AS contact_point_id, creditor(a) AS creditor
    FROM (SELECT a, a * 10 + n AS id FROM each_account(), range(6) AS u(n) WHERE pays(a) > 0.45)
    WHERE draw(id, 77) < 0.62
) ORDER BY happened_at, party_id;

CREATE VIEW contact_points AS
SELECT a * 2 + n AS contact_point_id, a AS party_id,
       CASE WHEN n = 0 THEN pick(a, 80, ['sms', 'voice']) ELSE pick(a, 81, ['email', 'app_push', 'letter']) END
           AS channel,
       pick(a * 2 + n, 82, ['verified', 'verified', 'unverified', 'invalid']) AS quality,
       day(20 + whole(a * 2 + n, 83, 2000)) AS valid_from, NULL::DATE AS valid_until
FROM each_account(), range(2) AS u(n) WHERE owner(a) = a AND (n = 0 OR draw(a, 84) < 0.4);

CREATE VIEW consents AS
SELECT a AS party_id, CASE WHEN draw(a, 90) < 0.9 THEN 'granted' ELSE 'refused' END AS stance, 'bench' AS granted_to,
       'collection' AS purpose, pick(a, 91, ['sms', 'voice', 'email', NULL]) AS channel, NULL::BIGINT AS contact_point_id,
       day(whole(a, 92, 900)) AS valid_from, NULL::DATE AS valid_until
FROM each_account() WHERE owner(a) = a AND draw(a, 93) < 0.12;

CREATE VIEW wishes AS
SELECT a AS party_id, CASE WHEN draw(a, 95) < 0.8 THEN 'barred' ELSE 'convenient' END AS stance,
       pick(a, 96, ['mon', 'fri', 'weekdays', 'weekend', NULL]) AS days,
       CASE WHEN draw(a, 97) < 0.6 THEN 900 END AS from_minute, CASE WHEN draw(a, 97) < 0.6 THEN 1020 END AS until_minute,
       CASE WHEN draw(a, 98) < 0.2 THEN 'home' END AS place, pick(a, 99, ['voice', 'sms', NULL, NULL]) AS channel,
       NULL::BIGINT AS contact_point_id, day(whole(a, 92, 900)) AS valid_from, NULL::DATE AS valid_until
FROM each_account() WHERE owner(a) = a AND draw(a, 94) < 0.02;

CREATE VIEW signals AS
SELECT owner(a) AS party_id, a AS account_id,
       CASE WHEN told < 0.5 THEN 'app_behaviour' WHEN told < 0.8 THEN 'crm' ELSE 'credit_bureau' END AS source_kind,
       CASE WHEN told < 0.5 THEN pick(id, 101, ['usage', 'login', 'app_session'])
            WHEN told < 0.8 THEN pick(id, 102, ['promise_made', 'promise_kept', 'promise_broken', 'debit_failed',
                                                'complaint', 'dispute_opened', 'hardship_asked', 'overdue_cause'])
            ELSE pick(id, 103, ['bureau_score', 'bureau_overdue_elsewhere', 'bureau_inquiry']) END AS kind,
       day(whole(id, 104, 200)) AS happened_on, (300 + whole(id, 105, 550))::DECIMAL(18,6) AS number,
       CASE WHEN told BETWEEN 0.5 AND 0.8 THEN pick(id, 106, ['forgot', 'cash_flow', 'dispute', 'failed_debit']) END
           AS code
FROM (SELECT a, a * 10 + n AS id, draw(a * 10 + n, 100) AS told FROM each_account(), range(3) AS u(n))
WHERE draw(id, 107) < 0.45 ORDER BY happened_on, id;
