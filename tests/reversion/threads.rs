//! The same work on many things, on all cores.

/// What the work gives for each thing, in their order.
///
/// # Panics
/// If the work does.
pub fn map<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let each = things.len().div_ceil(threads).max(1);
    let work = &work;
    std::thread::scope(|scope| {
        let part = |things| scope.spawn(move || Vec::from_iter(<[T]>::iter(things).map(work)));
        let parts: Vec<_> = things.chunks(each).map(part).collect();
        parts.into_iter().flat_map(|part| part.join().expect("the work does not panic")).collect()
    })
}
