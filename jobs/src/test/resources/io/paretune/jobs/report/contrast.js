// Texts whose contrast with what is painted behind them is below 4.5 to 1, one a line (WCAG 2.2, relative luminance).
(() => {
  const parts = colour => colour.match(/[\d.]+/g).map(Number);
  const luminance = colour => parts(colour).slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const isPainted = colour => colour.startsWith('rgb') && (parts(colour).length < 4 || parts(colour)[3] > 0);
  const behind = (element, x, y) => {
    for (const e of document.elementsFromPoint(x, y)) {
      if (e === element || e instanceof SVGTextElement) continue;
      const style = getComputedStyle(e);
      const colour = e instanceof SVGGeometryElement ? style.fill : style.backgroundColor;
      if (isPainted(colour)) return colour;
    }
    return getComputedStyle(document.body).backgroundColor; // it covers the whole page
  };
  const folded = [...document.querySelectorAll('details:not([open])')];
  folded.forEach(d => { d.open = true; });
  const bad = [];
  let checked = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    if (!node.textContent.trim() || element.tagName === 'title') continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = element instanceof SVGElement ? element.getBoundingClientRect() : range.getClientRects()[0];
    if (!box || box.width === 0 || box.x < 0 || box.x > innerWidth) continue; // not shown
    const style = getComputedStyle(element);
    const colour = element instanceof SVGElement ? style.fill : style.color;
    const [a, b] = [luminance(colour), luminance(behind(element, box.x + Math.min(box.width / 2, 8), box.y + box.height / 2))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    checked++;
    if (ratio < 4.5) bad.push(`${node.textContent.trim()}: ${ratio.toFixed(2)}`);
  }
  folded.forEach(d => { d.open = false; });
  return checked < 100 ? `only ${checked} texts found` : bad.join('\n');
})()
