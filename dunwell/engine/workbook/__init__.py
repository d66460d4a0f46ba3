"""Decision tables as a workbook for people who work in spreadsheets, and back again without a loss."""
