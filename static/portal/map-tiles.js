// Puts the tiles of the portal's setting below a map. Without the setting maps stay as they are drawn.
window.addMapTiles = function (map) {
  "use strict";
  const given = document.getElementById("map-tiles");
  if (!given) return;
  const tiles = JSON.parse(given.textContent);
  L.tileLayer(tiles.url, { subdomains: tiles.subdomains, attribution: tiles.attribution, maxZoom: 18 }).addTo(map);
  L.control.attribution({ prefix: false }).addTo(map);
};
