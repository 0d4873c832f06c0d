=== before
export function report(rows) {
  if (rows.length > 10) {
    console.log("many rows");
  }
  island(rows);
  return draw(rows);
}
=== after
export function report(rows) {
  return draw(rows);
}
