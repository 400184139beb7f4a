// Draws a grid's boundary on a map without any tile server. The text area below is what is saved, and works alone.
// The admin puts scripts into the head, so it waits for the page.
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  document.querySelectorAll("[data-boundary-editor]").forEach(function (editor) {
    if (!window.L || !L.PM) return;
    const area = document.getElementById(editor.dataset.for);
    const given = JSON.parse(document.getElementById(editor.dataset.map).textContent);
    const place = editor.querySelector(".boundary-map");
    const words = editor.querySelector(".boundary-words");
    place.hidden = false;
    const map = L.map(place, { attributionControl: false, zoomSnap: 0.25, minZoom: 3, maxZoom: 20 });
    if (window.addMapTiles) window.addMapTiles(map);
    const siblings = L.featureGroup().addTo(map);
    const drawn = L.featureGroup().addTo(map);
    const faults = L.featureGroup().addTo(map);

    const label = function (text) {
      const span = document.createElement("span");
      span.textContent = text;
      return span;
    };
    given.siblings.forEach(function (each) {
      L.geoJSON(each.boundary, { pmIgnore: true, snapIgnore: false, style: { color: "#5c5750", weight: 1, fillOpacity: 0.15 } })
        .bindTooltip(label(each.name), { permanent: true, direction: "center", className: "boundary-label" })
        .addTo(siblings);
    });

    const say = function (text, bad) {
      words.textContent = text || "";
      words.classList.toggle("bad", Boolean(bad));
    };
    // What overlaps and what is left open is asked of the server while drawing; saving asks once more.
    let asked = 0;
    const check = function () {
      const number = ++asked;
      if (!given.check || !area.value.trim()) { faults.clearLayers(); return; }
      setTimeout(function () {
        if (number !== asked) return;
        const body = new FormData();
        body.append("boundary", area.value);
        if (given.grid) body.append("grid", given.grid);
        const community = document.getElementById("id_community");
        if (community) body.append("community", community.value);
        const datum = document.getElementById("id_datum");
        if (datum) body.append("datum", datum.value);
        const token = editor.closest("form").querySelector("[name=csrfmiddlewaretoken]").value;
        fetch(given.check, { method: "POST", body: body, headers: { "X-CSRFToken": token } })
          .then(function (answer) { return answer.json(); })
          .then(function (found) {
            if (number !== asked) return;
            faults.clearLayers();
            const draw = function (shapes, colour) {
              shapes.forEach(function (each) {
                L.geoJSON(each, { pmIgnore: true, interactive: false, style: { color: colour, weight: 2, dashArray: "4", fillOpacity: 0.5 } }).addTo(faults);
              });
            };
            draw(found.overlaps, "#b3261e");
            draw(found.holes, "#a86b00");
            say(found.words.length ? found.words.join(" ") : given.words.sound, found.words.length > 0);
          })
          .catch(function () { faults.clearLayers(); });
      }, 400);
    };
    const watch = function (layer) { layer.on("pm:edit pm:update pm:dragend pm:cut", write); };
    const show = function () {
      drawn.clearLayers();
      if (!area.value.trim()) { say(""); return; }
      try {
        L.geoJSON(JSON.parse(area.value), { style: { color: "#b3261e", weight: 3, fillOpacity: 0.1 } })
          .eachLayer(function (layer) { drawn.addLayer(layer); watch(layer); });
        say("");
      } catch (error) { say(given.words.unreadable, true); }
    };
    function write() {
      const polygons = [];
      drawn.eachLayer(function (layer) {
        const geometry = layer.toGeoJSON(7).geometry;
        if (geometry.type === "MultiPolygon") polygons.push.apply(polygons, geometry.coordinates);
        else polygons.push(geometry.coordinates);
      });
      if (!polygons.length) area.value = "";
      else area.value = JSON.stringify(polygons.length === 1 ? { type: "Polygon", coordinates: polygons[0] } : { type: "MultiPolygon", coordinates: polygons });
      check();
    }

    map.pm.setLang("zh");
    map.pm.addControls({ position: "topleft", drawMarker: false, drawCircle: false, drawCircleMarker: false, drawPolyline: false, drawRectangle: true, drawText: false, rotateMode: false, cutPolygon: false });
    map.pm.setGlobalOptions({ snappable: true, snapDistance: 15, allowSelfIntersection: false, layerGroup: drawn, pathOptions: { color: "#b3261e", weight: 3, fillOpacity: 0.1 } });
    map.on("pm:create", function (event) {
      // One grid, one area: a new drawing takes the place of the old one.
      drawn.eachLayer(function (layer) { if (layer !== event.layer) drawn.removeLayer(layer); });
      if (!drawn.hasLayer(event.layer)) drawn.addLayer(event.layer);
      watch(event.layer);
      write();
      say("");
    });
    map.on("pm:remove", function (event) { drawn.removeLayer(event.layer); write(); });
    area.addEventListener("change", function () { show(); check(); });
    const file = editor.querySelector(".boundary-file");
    if (file) {
      file.hidden = false;
      file.querySelector("input").addEventListener("change", function (event) {
        const chosen = event.target.files[0];
        if (!chosen) return;
        const take = function (text) { area.value = text; show(); check(); };
        if (/\.zip$/i.test(chosen.name)) {
          // A shapefile is read by the server; nothing is saved by it.
          const body = new FormData();
          body.append("file", chosen);
          const token = editor.closest("form").querySelector("[name=csrfmiddlewaretoken]").value;
          fetch(given.shape, { method: "POST", body: body, headers: { "X-CSRFToken": token } })
            .then(function (answer) { return answer.json(); })
            .then(function (found) { if (found.boundary) take(JSON.stringify(found.boundary)); else say(found.words.join(" "), true); })
            .catch(function () { say(given.words.file, true); });
          return;
        }
        chosen.text().then(function (text) {
          try { JSON.parse(text); } catch (error) { say(given.words.file, true); return; }
          take(text);
        });
      });
    }

    show();
    const bounds = L.featureGroup([siblings, drawn]).getBounds();
    if (bounds.isValid()) map.fitBounds(bounds, { padding: [30, 30] });
    else map.setView([32.02, 118.7], 13);
  });
});
