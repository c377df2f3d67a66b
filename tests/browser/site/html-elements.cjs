// html-validate does not know rel="expect", which may block rendering as the others may:
// https://html.spec.whatwg.org/multipage/links.html#link-type-expect

const MAY_BLOCK = ["stylesheet", "preload", "modulepreload", "expect"];

const allowed = (link) =>
  MAY_BLOCK.includes(link.getAttribute("rel")) ? null : `"rel" must be one of ${MAY_BLOCK}`;

module.exports = { link: { attributes: { blocking: { allowed, list: true, enum: ["render"] } } } };
