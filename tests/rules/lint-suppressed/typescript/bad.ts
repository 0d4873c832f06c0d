=== before
send(order.total);
count(order);
=== after
// @ts-expect-error
send(order.total);
count(order as unknown as any);
=== findings
line 1: lint-suppressed introduced, medium: A check is switched off here: `// @ts-expect-error`.
line 3: lint-suppressed introduced, medium: A check is switched off here: `order as unknown as any`.
