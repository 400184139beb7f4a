// The map of what is covered, drawn without any tile server. The table below it says the same.
(function () {
  "use strict";
  const place = document.querySelector("[data-coverage-map]");
  if (!place || !window.L) return;
  const words = JSON.parse(document.getElementById("coverage-words").textContent);
  const notes = document.querySelector("[data-coverage-notes]");
  const style = getComputedStyle(document.documentElement);
  const colour = function (name) { return style.getPropertyValue(name).trim(); };
  const fills = { none: colour("--cover-none"), few: colour("--cover-few"), some: colour("--cover-some"), all: colour("--cover-all"), unknown: colour("--card") };
  fetch(place.dataset.shapes).then(function (answer) {
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }).then(function (shapes) {
    if (!shapes.features.length) return;
    place.hidden = notes.hidden = false;
    if (shapes.features.some(function (each) { return each.properties.illustrative; })) {
      notes.querySelector("[data-illustrative]").hidden = false;
    }
    const map = L.map(place, { attributionControl: false, scrollWheelZoom: false, zoomSnap: 0.25 });
    const drawn = L.geoJSON(shapes, {
      style: function (each) {
        return { color: colour("--line-strong"), weight: 1, dashArray: each.properties.illustrative ? "4 3" : null, fillColor: fills[each.properties.band], fillOpacity: 0.85 };
      },
      onEachFeature: function (each, layer) {
        const said = words.label.replace("{name}", each.properties.name).replace("{words}", words.band[each.properties.band]);
        layer.on("click", function () { location.href = place.dataset.page + encodeURIComponent(each.id); });
        layer.on("add", function () {
          const path = layer.getElement();
          if (path) path.setAttribute("aria-label", said);
        });
      },
    }).addTo(map);
    map.fitBounds(drawn.getBounds(), { padding: [12, 12], maxZoom: 17 });
    drawn.eachLayer(function (layer) { window.labelShape(map, layer); });
  }).catch(function () { place.remove(); });
})();
