import { colours, type Ink } from "./colours.js";

/** Charts are drawn in the light colours; these rules turn the neutral ones over in a dark page. */
const inks = Object.entries(colours.ink)
  .map(([name, colour]) => {
    return `.chart [fill="${colour}"]{fill:var(--${name})}.chart [stroke="${colour}"]{stroke:var(--${name})}`;
  })
  .join("\n");

function variables(ink: Ink): string {
  return Object.entries(ink)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(";");
}

/** The style sheet of every page. */
export const style = `
:root{color-scheme:light dark;${variables(colours.ink)};--paper:#fbfcfd;--link:#1d5fa8}
@media (prefers-color-scheme:dark){:root{${variables(colours.darkInk)};--paper:#0f1317;--link:#7db8f0}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2.5rem 1.25rem 3rem;max-width:66rem;background:var(--paper);color:var(--text);
font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
-webkit-text-size-adjust:100%;text-size-adjust:100%}
h1{margin:0 0 .4rem;font-size:clamp(1.5rem,4vw,2.1rem);line-height:1.2;letter-spacing:-.015em;text-wrap:balance}
h2{margin:0 0 .6rem;font-size:1.25rem;line-height:1.3;letter-spacing:-.01em}
h3{margin:1.5rem 0 .2rem;font-size:1rem}
p{margin:.4rem 0;max-width:46rem}
header p{color:var(--muted)}
a{color:var(--link)}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:1rem 0 0;padding:0;list-style:none;font-size:.95rem}
section{margin-top:1.75rem;padding:1.25rem 1.4rem 1.4rem;background:var(--surface);border:1px solid var(--line);
border-radius:.6rem}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(12rem,1fr));gap:.9rem 1.5rem;margin:.6rem 0 0}
.facts dt{color:var(--muted);font-size:.85rem}
.facts dd{margin:0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.notice{padding:.6rem .9rem;border-left:4px solid #c8651b;background:color-mix(in srgb,#c8651b 10%,transparent)}
.scroll,.chart{overflow-x:auto}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums}
caption{padding:.2rem 0 .6rem;color:var(--muted);font-size:.88rem;text-align:left}
th,td{padding:.32rem 1.4rem .32rem 0;border-bottom:1px solid var(--line);text-align:left;font-weight:400;
white-space:nowrap}
th[scope=row]{white-space:normal;overflow-wrap:anywhere;min-width:6rem}
thead th{color:var(--muted);font-size:.85rem;vertical-align:bottom;white-space:normal}
td.number,th.number{text-align:right}
.notes{margin:.8rem 0 0;padding-left:1.1rem;color:var(--muted);font-size:.88rem}
figure{margin:1rem 0 0}
figcaption{margin-top:.3rem;color:var(--muted);font-size:.88rem;max-width:52rem}
.chart svg{display:block;width:100%;height:auto;min-width:38rem}
.chart.narrow svg{min-width:20rem}
.pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,27rem),1fr));gap:.5rem 2rem}
.pairs figure{min-width:0;margin-top:.3rem}
@media (min-width:64rem){.beside{display:grid;grid-template-columns:minmax(0,1.3fr) minmax(0,1fr);gap:1rem 2rem;align-items:start}}
.beside .scroll{margin-top:1rem}
footer{margin-top:1.75rem;color:var(--muted);font-size:.85rem}
@media print{body{max-width:none;padding:0}section{break-inside:avoid;border:none;padding:0}nav{display:none}}
${inks}
`;
