//! A payment before it is confirmed: what, to whom, from which balance, with which warnings.
