/** The parts that pages are made of. */
export const PARTS_CSS = `
.btn {
  appearance: none; display: inline-flex; align-items: center; justify-content: center; gap: 8px; min-height: 40px; padding: 8px 16px;
  border: 1px solid transparent; border-radius: 9px; font: inherit; font-weight: 580; line-height: 1.3; text-decoration: none; cursor: pointer;
}
.btn:focus-visible { border-radius: 9px; }
.btn-primary { background: var(--accent); color: var(--on-accent); box-shadow: 0 1px 2px rgb(10 20 60 / .16), inset 0 1px 0 rgb(255 255 255 / .12); }
.btn-primary:hover { background: var(--accent-hover); }
.btn-quiet { background: var(--surface); border-color: var(--line-strong); color: var(--text); }
.btn-quiet:hover { background: var(--sunken); }
.btn-plain { min-height: 36px; padding: 6px 10px; background: none; color: var(--muted); font-weight: 500; font-size: 14px; }
.btn-plain:hover { color: var(--text); background: var(--sunken); }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: 12px 16px; }
.actions .small { color: var(--muted); flex: 1 1 220px; }

.card { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; box-shadow: 0 1px 2px rgb(15 20 35 / .04); }
.card-pad { padding: 22px 24px; }
.card-head { padding: 16px 24px; border-bottom: 1px solid var(--line); display: flex; align-items: baseline; justify-content: space-between; gap: 6px 16px; flex-wrap: wrap; }
.card-foot { padding: 18px 24px; border-top: 1px solid var(--line); }

.pill { display: inline-flex; align-items: center; gap: 6px; padding: 2.5px 10px 2.5px 7px; border-radius: 999px; font-size: 13px; font-weight: 580; line-height: 1.45; white-space: nowrap; }
.tone-ok { color: var(--ok); background: var(--ok-soft); }
.tone-info { color: var(--info); background: var(--info-soft); }
.tone-warn { color: var(--warn); background: var(--warn-soft); }
.tone-bad { color: var(--bad); background: var(--bad-soft); }
.tone-idle { color: var(--idle); background: var(--idle-soft); }

.note { display: flex; gap: 12px; padding: 13px 16px; border-radius: 10px; font-size: 14px; line-height: 1.55; }
.note > svg { margin-top: 3px; }
.note p, .note li { color: var(--text); }
.note ul { padding-left: 18px; }

.table { width: 100%; border-collapse: collapse; }
.table th { padding: 11px 16px; text-align: left; font-size: 12.5px; font-weight: 560; color: var(--muted); border-bottom: 1px solid var(--line); white-space: nowrap; }
.table td { padding: 15px 16px; vertical-align: middle; border-bottom: 1px solid var(--line); }
.table tbody tr:last-child > * { border-bottom: 0; }
.table tr > :first-child { padding-left: 24px; }
.table tr > :last-child { padding-right: 24px; }
.table tbody th { padding-top: 15px; padding-bottom: 15px; font-size: 15px; font-weight: 600; color: var(--text); white-space: normal; overflow-wrap: anywhere; letter-spacing: -0.005em; }
.table tbody th a { color: inherit; text-decoration: none; }
.table tbody th a:hover { text-decoration: underline; text-decoration-color: var(--muted); }
.table tbody th { min-width: 170px; }
.table .mono { font-size: 13px; color: var(--muted); }
.table tbody tr { position: relative; }
.table tbody th a::after { content: ""; position: absolute; inset: 0; }
.table tbody tr:hover { background: color-mix(in srgb, var(--sunken) 55%, transparent); }
.table td .sub { display: block; color: var(--muted); font-size: 13px; }

progress { appearance: none; display: block; width: 100%; height: 8px; border: 0; border-radius: 99px; overflow: hidden; background: var(--idle-soft); color: var(--accent); }
progress::-webkit-progress-bar { background: var(--idle-soft); border-radius: 99px; }
progress::-webkit-progress-value { background: var(--accent); border-radius: 99px; }
progress::-moz-progress-bar { background: var(--accent); border-radius: 99px; }
progress.slow::-webkit-progress-value { background: var(--warn-fill); }
progress.slow::-moz-progress-bar { background: var(--warn-fill); }
.mini { display: grid; grid-template-columns: minmax(56px, 96px) auto; align-items: center; gap: 10px; font-size: 13px; color: var(--muted); }
.mini progress { height: 6px; }
.meter { display: flex; justify-content: space-between; align-items: baseline; gap: 16px; margin-bottom: 9px; }
.meter .big { font-size: 21px; font-weight: 620; letter-spacing: -0.02em; line-height: 1.2; }
.stats { display: flex; flex-wrap: wrap; gap: 4px 22px; margin-top: 12px; color: var(--muted); font-size: 13.5px; list-style: none; }
.stats b { color: var(--text); font-weight: 600; }

.cols { display: grid; grid-template-columns: minmax(0, 1fr) 280px; gap: 24px; align-items: start; }
.facts { display: grid; gap: 14px; }
.facts dt { font-size: 12.5px; color: var(--muted); }
.facts dd { overflow-wrap: anywhere; font-size: 14.5px; }
.rows { list-style: none; }
.rows > li { display: flex; gap: 14px; padding: 15px 24px; }
.rows > li:not(:has(p)) { align-items: center; }
.rows > li:not(:has(p)) .side { align-self: center; }
.rows > li + li { border-top: 1px solid var(--line); }
.rows .glyph { width: 32px; height: 32px; flex: none; display: grid; place-items: center; border-radius: 9px; background: var(--sunken); color: var(--muted); }
.rows .body { flex: 1; min-width: 0; }
.rows .body p { color: var(--muted); font-size: 14px; line-height: 1.55; margin-top: 2px; overflow-wrap: anywhere; }
.rows .body p.strong { color: var(--text); }
.rows .side { flex: none; align-self: flex-start; }

.steps { counter-reset: step; list-style: none; display: grid; gap: 12px; }
.steps + .actions { margin-top: 22px; }
.steps li { counter-increment: step; position: relative; padding-left: 36px; font-size: 14.5px; }
.steps li::before { content: counter(step); position: absolute; left: 0; top: 0; width: 24px; height: 24px; display: grid; place-items: center; border-radius: 50%; background: var(--sunken); color: var(--muted); font-size: 12.5px; font-weight: 620; }
.plain { list-style: none; display: grid; gap: 8px; font-size: 14.5px; }
.plain li { display: flex; gap: 10px; }
.plain svg { margin-top: 4px; color: var(--muted); }
.plain .yes svg { color: var(--ok); }
details { border-top: 1px solid var(--line); }
summary { display: flex; align-items: center; justify-content: space-between; gap: 12px; padding: 14px 24px; cursor: pointer; font-weight: 580; font-size: 14.5px; list-style: none; border-radius: 0 0 14px 14px; }
summary::-webkit-details-marker { display: none; }
summary:hover { background: color-mix(in srgb, var(--sunken) 55%, transparent); }
summary svg { color: var(--muted); }
details[open] > summary svg { transform: rotate(180deg); }
summary:focus-visible { outline-offset: -3px; }
details[open] > summary { border-radius: 0; }
details[open] > div { padding-top: 4px; }
details > div { padding: 0 24px 20px; font-size: 14px; }
.scopes { display: grid; gap: 10px; margin-top: 12px; }
.scopes dt code { font-size: 12.5px; }
.scopes dd { color: var(--muted); font-size: 13.5px; margin-top: 2px; }
.scopes > div + div { padding-top: 2px; }

.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(270px, 1fr)); gap: 16px; list-style: none; }
.tile { position: relative; display: flex; flex-direction: column; gap: 14px; height: 100%; padding: 22px; }
.tile:hover { border-color: var(--line-strong); }
.tile a { color: var(--text); text-decoration: none; }
.tile a::after { content: ""; position: absolute; inset: 0; border-radius: 14px; }
.tile a:focus-visible { outline: none; }
.tile a:focus-visible::after { outline: 2px solid var(--link); outline-offset: 2px; }
.tile .go { display: inline-flex; align-items: center; gap: 6px; margin-top: auto; color: var(--link); font-size: 14px; font-weight: 560; }
.app-mark { width: 44px; height: 44px; display: grid; place-items: center; border-radius: 12px; background: var(--accent); color: var(--on-accent); }
.badge { width: 44px; height: 44px; display: grid; place-items: center; border-radius: 12px; margin-bottom: 18px; }
.empty { padding: 64px 24px 68px; text-align: center; }
.empty .badge { margin: 0 auto 18px; }
.empty p { max-width: 46ch; margin: 6px auto 22px; color: var(--muted); }

.field label { display: block; font-weight: 580; font-size: 14.5px; }
.field .hint { color: var(--muted); font-size: 13.5px; }
.field input { display: block; width: 100%; min-height: 44px; margin-top: 8px; padding: 9px 13px; border: 1px solid var(--line-strong); border-radius: 9px; background: var(--surface); color: var(--text); font: inherit; font-size: 16px; }
.field input:focus-visible { outline: 2px solid var(--link); outline-offset: 0; border-radius: 9px; border-color: var(--link); }
.field input[aria-invalid="true"] { border-color: var(--bad); }
.field .problem { display: flex; gap: 7px; align-items: center; margin-top: 7px; color: var(--bad); font-size: 13.5px; }
.check { display: flex; gap: 10px; align-items: flex-start; font-size: 14.5px; cursor: pointer; }
.check input { width: 18px; height: 18px; margin: 3px 0 0; flex: none; accent-color: var(--accent); }
.check .hint { display: block; color: var(--muted); font-size: 13.5px; }
.quote { padding: 2px 0 2px 14px; border-left: 3px solid var(--line-strong); overflow-wrap: anywhere; }
.command { padding: 12px 16px; border-radius: 10px; background: var(--sunken); font: 13.5px/1.5 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; overflow-x: auto; white-space: pre; }

@media (max-width: 860px) { .cols { grid-template-columns: minmax(0, 1fr); } .facts { grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); } }
@media (max-width: 640px) {
  .card-pad, .card-head, .card-foot, .rows > li { padding-left: 18px; padding-right: 18px; }
  summary, details > div { padding-left: 18px; padding-right: 18px; }
  .rows > li { flex-wrap: wrap; }
  .rows .body { flex-basis: calc(100% - 46px); }
  .rows .side { margin-left: 46px; }
  .actions > form { width: 100%; }
  .actions .btn, .btn.wide { width: 100%; min-height: 44px; }
  .actions .small { flex-basis: 100%; }
  .table thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .table, .table tbody, .table tr, .table td, .table tbody th { display: block; }
  .table tbody tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: start; gap: 7px 12px; padding: 17px 18px; border-bottom: 1px solid var(--line); }
  .table tbody tr:last-child { border-bottom: 0; }
  .table tbody th { min-width: 0; }
  .table tbody tr > *, .table tr > :first-child, .table tr > :last-child { padding: 0; border: 0; }
  .table tbody td { grid-column: 1 / -1; display: flex; align-items: baseline; justify-content: space-between; gap: 16px; font-size: 14px; }
  .table tbody td.state { grid-column: 2; }
  .table tbody td.state::before, .table tbody td:has(.nil) { display: none; }
  .table td::before { content: attr(data-label); color: var(--muted); font-size: 13px; flex: none; }
  .table td > * { text-align: right; min-width: 0; overflow-wrap: anywhere; }
}
@media (prefers-reduced-motion: no-preference) {
  .spin { animation: spin 2.4s linear infinite; transform-origin: center; }
  @keyframes spin { to { transform: rotate(360deg); } }
  .btn, .tile { transition: background-color .12s, border-color .12s; }
}
@media (forced-colors: active) { .pill, .note, .badge { border: 1px solid CanvasText; } .btn { border-color: ButtonText; } progress { border: 1px solid CanvasText; } }
`;
