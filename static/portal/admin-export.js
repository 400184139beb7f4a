// "Select all" on the export page of the admin site; without scripts each column is ticked by hand.
const all = document.getElementById("select-all");
if (all) {
  const columns = () => document.querySelectorAll(".selectable-field-export-row input[type=checkbox]");
  all.closest(".select-all").hidden = false;
  all.addEventListener("change", () => columns().forEach((column) => { column.checked = all.checked; }));
  document.addEventListener("change", () => { all.checked = [...columns()].every((column) => column.checked); });
}
