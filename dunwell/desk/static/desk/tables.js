// Draws the chosen decision as DMN tools do; if anything fails, the page's own table below stays as it is.
"use strict";
(async () => {
  const place = document.getElementById("drawn");
  if (!place || typeof DmnJS === "undefined") return;
  const answer = await fetch(place.dataset.file, { credentials: "same-origin" });
  if (!answer.ok) return;
  place.hidden = false;
  try {
    const viewer = new DmnJS({ container: place });
    await viewer.importXML(await answer.text(), { open: false });
    const view = viewer.getViews().find((one) => one.type === "decisionTable" && one.element.id === place.dataset.decision);
    if (!view) { place.hidden = true; return; }
    await viewer.open(view);
    // Whoever has no mouse scrolls it with the arrow keys.
    const scrolled = place.querySelector(".tjs-table-container");
    if (scrolled) { scrolled.tabIndex = 0; scrolled.setAttribute("role", "region"); scrolled.setAttribute("aria-label", place.dataset.name); }
    place.dataset.drawn = "1";
  } catch (fault) {
    place.hidden = true;
  }
})();
