=== before
const emit = (name) => bus.emit(name);
emit("ready");
if (pattern.test("abc")) {
  submit("abc");
}
=== after
const ready = true;
