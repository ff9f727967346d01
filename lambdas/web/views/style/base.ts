/** The page's frame and typography. */
export const BASE_CSS = `
*, *::before, *::after { box-sizing: border-box; }
html { color-scheme: light dark; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; display: flex; flex-direction: column;
  background: var(--bg); color: var(--text);
  font: 400 15px/1.6 ui-sans-serif, system-ui, -apple-system, "Segoe UI Variable Text", "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  -webkit-font-smoothing: antialiased; text-rendering: optimizeLegibility;
}
h1, h2, h3, p, ul, ol, dl, dd, figure, blockquote, pre { margin: 0; padding: 0; }
h1 { font-size: 26px; line-height: 1.25; font-weight: 640; letter-spacing: -0.02em; text-wrap: balance; overflow-wrap: anywhere; }
h2 { font-size: 15px; line-height: 1.4; font-weight: 620; letter-spacing: -0.005em; }
h3 { font-size: 14.5px; line-height: 1.45; font-weight: 600; }
p { text-wrap: pretty; }
a { color: var(--link); text-decoration: underline; text-decoration-color: color-mix(in srgb, currentColor 35%, transparent); text-underline-offset: 3px; }
a:hover { text-decoration-color: currentColor; }
code, .mono { font: 0.92em/1.5 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; }
code { padding: 1.5px 5px; border-radius: 5px; background: var(--sunken); overflow-wrap: anywhere; }
strong { font-weight: 620; }
svg { display: block; flex: none; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 6px; }
.muted { color: var(--muted); }
.small { font-size: 13.5px; line-height: 1.55; }
.nowrap { white-space: nowrap; }
.num { font-variant-numeric: tabular-nums; }
.sr { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 12px; top: -60px; z-index: 2; padding: 8px 14px; border-radius: 8px; background: var(--surface); border: 1px solid var(--line); }
.skip:focus { top: 10px; }

.top { border-bottom: 1px solid var(--line); background: var(--surface); }
.top-in { max-width: 1008px; margin: 0 auto; padding: 0 24px; min-height: 56px; display: flex; align-items: center; justify-content: space-between; gap: 16px; }
.brand { display: inline-flex; align-items: center; gap: 10px; color: var(--text); font-weight: 600; letter-spacing: -0.01em; text-decoration: none; }
.brand svg { color: var(--accent); }
.top nav { display: flex; align-items: center; gap: 4px; margin-right: -10px; }

main { flex: 1; width: 100%; max-width: 1008px; margin: 0 auto; padding: 36px 24px 64px; }
main.narrow, .foot.narrow { max-width: 688px; }
main:focus { outline: none; }
.foot { max-width: 1008px; width: 100%; margin: 0 auto; padding: 20px 24px 32px; color: var(--muted); font-size: 13px; }

.crumbs { margin-bottom: 14px; font-size: 13.5px; color: var(--muted); }
.crumbs ol { display: flex; flex-wrap: wrap; gap: 6px; list-style: none; }
.crumbs li + li::before { content: "/"; margin-right: 6px; color: var(--muted); opacity: .6; }
.crumbs a { color: var(--muted); text-decoration: none; }
.crumbs a:hover { color: var(--text); text-decoration: underline; }
.head { display: flex; align-items: flex-start; justify-content: space-between; gap: 16px 24px; flex-wrap: wrap; margin-bottom: 28px; }
.head .lead, .intro .lead { margin-top: 6px; max-width: 62ch; color: var(--muted); }
.intro { margin-bottom: 26px; }
.title-row { display: flex; align-items: center; flex-wrap: wrap; gap: 10px 14px; }
.stack > * + * { margin-top: 16px; }
.stack-s > * + * { margin-top: 8px; }

@media (max-width: 640px) {
  h1 { font-size: 22px; }
  .top-in { padding: 0 16px; }
  main { padding: 24px 16px 48px; }
  .foot { padding: 16px 16px 28px; }
  .head { margin-bottom: 20px; }
}
`;
