=== before
export const ball = throwIt();
=== after
export const ball = hand.catch(throwIt());
load().catch((error) => report(error));
try {
  go();
} catch (error) {
  stop(error);
}
