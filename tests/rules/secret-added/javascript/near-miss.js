=== before
const labels = {};
=== after
const labels = { password: "Passwort", token: "settings.token.label" };
const key = `AKIAIOSFODNN7EXAMPLE`;
const apiKey = "<your api key 1>";
