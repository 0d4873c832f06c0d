=== before
export async function load(id) {
  try {
    return await fetchPage(id);
  } catch (error) {}
}
=== after
export async function load(id) {
  try {
    return await fetchPage(id);
  } catch (error) {
    log.warn("cannot load", id, error);
    throw error;
  }
}
