=== before
// @ts-ignore
send(order.total);
=== after
send(Number(order.total));
