//! The harness, proved against real editors, real processes and a stand-in for Countersign.
