=== before
export async function load(id) {
  const page = await fetchPage(id);
  await cache.put(page);
  return page;
}
=== after
export async function load(id) {
  let page;
  try {
    page = await fetchPage(id);
  } catch (error) {
    // nothing to do
  }
  await cache.put(page).catch(() => {});
  try {
    return check(page);
  } catch {
    return null;
  }
}
=== findings
line 5: error-swallowed introduced, high: An error ends here unseen: `catch (error) { // nothing to do }`.
line 8: error-swallowed introduced, high: An error ends here unseen: `cache.put(page).catch(() => {})`.
