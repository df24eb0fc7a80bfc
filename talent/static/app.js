// The one script of every page: <script type="module" src="/static/app.js" nonce="…"></script>.
// Every page works without it. The strict Content-Security-Policy holds: it is one external module,
// and what it imports comes from our own origin.

// GOV.UK components (error summary focus, character count, conditional fields, …). Their words in the
// reader's language come from data attributes that the templates write.
// <body data-front-end="base"> says that they are not built (see base.css).
const hasBuiltFrontEnd = document.body.dataset.frontEnd !== "base";
if (hasBuiltFrontEnd && "noModule" in HTMLScriptElement.prototype) {
  import("./vendor/govuk-frontend.min.js").then(({ initAll }) => initAll());
}

// Our own enhancements: an element with data-enhance="skill-search" is handed to the default export
// of enhance/skill-search.js.
for (const element of document.querySelectorAll("[data-enhance]")) {
  const name = element.dataset.enhance;
  if (/^[a-z]+(-[a-z]+)*$/.test(name)) {
    import(`./enhance/${name}.js`).then(({ default: enhance }) => enhance(element));
  }
}
