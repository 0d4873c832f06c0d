=== before
const page = await query.limit(10);
=== after
const page = await query.skip(20).limit(10);
const left = list.todo.filter(isOpen);
