=== before
send(order);
=== after
// as any reader sees, the total is a number
send(order as Priced);
