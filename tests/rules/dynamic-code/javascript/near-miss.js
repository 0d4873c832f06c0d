=== before
const later = null;
=== after
const later = setTimeout(() => tick(), 100);
const isFunction = (value) => value instanceof Function;
const evaluated = evaluate(text);
