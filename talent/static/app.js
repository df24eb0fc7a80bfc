// The one script of every page; every page works without it. The templates link it as
//   <script type="module" src="{{ static_url('app.js') }}" nonce="…"></script>
// and name what it loads by full address, so that addresses carry a version and can be cached for long:
//   <body data-front-end="{{ static_url('vendor/govuk-frontend.min.js') }}">   when the front end is built
//   <div data-enhance="{{ static_url('enhance/skill-search.js') }}">           for an enhancement of our own
// The strict Content-Security-Policy holds: everything comes from our own origin.

// GOV.UK components (error summary focus, character count, conditional fields, …). Their words in the
// reader's language come from data attributes that the templates write.
const frontEnd = document.body.dataset.frontEnd;
if (frontEnd && document.body.classList.contains("govuk-frontend-supported")) {
  import(frontEnd).then(({ initAll }) => initAll());
}

// An enhancement's default export is given the element.
for (const element of document.querySelectorAll("[data-enhance]")) {
  import(element.dataset.enhance).then(({ default: enhance }) => enhance(element));
}
