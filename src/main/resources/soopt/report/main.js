// The beginning: each part shows itself if there is something to show.
startFilter();
startCurves();
startSweep();
startRates();
startMatrices();
startFiles();
applyTheme();

for (const section of document.querySelectorAll("main section:not([hidden])")) {
  const item = element("li");
  item.append(element("a", section.dataset.name, { href: "#" + section.id }));
  byId("sections").append(item);
}
document.documentElement.dataset.ready = "yes";
