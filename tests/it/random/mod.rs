//! Random configurations of both resources and random changes on the server, one after the other. Whatever happens: after an
//! apply the plan is empty, or the plan was an error that said why and left the server untouched.
//!
//! The seed is fixed, so that a run says the same today and tomorrow. `RANDOM_SEED` (a number) tries other sequences,
//! `RANDOM_CASES` more of them. A sequence that fails is told alone, as short as a few tries can make it.

mod sequence;
mod run;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::matrix::environment;
use crate::random::run::{Ending, Run};
use crate::random::sequence::Sequence;

/// Objects that live side by side on one server: Terraform plans them at once.
const LATTICES: usize = 8;
const INSTALLATIONS: usize = 4;
/// How often the sequence of a failure is tried again, shorter.
const SHORTER: usize = 8;

#[test]
fn after_any_apply_the_plan_is_empty_or_the_plan_was_an_error_that_said_why() {
    let number = |name: &str, default: u64| {
        let given = std::env::var(name).ok();
        given.map_or(default, |text| text.parse().expect(name))
    };
    let (seed, cases) = (number("RANDOM_SEED", 1), number("RANDOM_CASES", 2));
    eprintln!("RANDOM_SEED={seed} RANDOM_CASES={cases}");
    for case in 0..cases {
        let sequences = sequences(seed, case);
        let mut ending = Ending::default();
        if let Some((place, error)) = Run::of(&sequences).live(&mut ending) {
            let (sequence, error) = shorter(sequences[place].clone(), error);
            panic!(
                "RANDOM_SEED={seed}, case {case}, a sequence of its own:\n{error}\n{sequence:#?}"
            );
        }
        eprintln!("case {case}: {ending}");
        assert!(
            ending.changed > 0 && ending.empty > 0,
            "nothing happened: {ending}"
        );
    }
}

/// The sequences of one case.
fn sequences(seed: u64, case: u64) -> Vec<Sequence> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&case.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let types = [
        (environment::LATTICE, LATTICES),
        (environment::WADM, INSTALLATIONS),
    ];
    let types = types
        .iter()
        .flat_map(|(r#type, count)| std::iter::repeat_n(*r#type, *count));
    types
        .map(|r#type| {
            let tree = sequence::sequence(r#type).new_tree(&mut runner);
            tree.expect("a sequence").current()
        })
        .collect()
}

/// Leaves steps and server_changes out as long as the sequence fails nevertheless.
fn shorter(mut sequence: Sequence, mut error: String) -> (Sequence, String) {
    let mut tries = 0;
    let mut place = 0;
    while tries < SHORTER {
        let Some(shorter) = sequence.without(place) else {
            break;
        };
        tries += 1;
        match Run::of(std::slice::from_ref(&shorter)).live(&mut Ending::default()) {
            Some((_, again)) => (sequence, error) = (shorter, again),
            None => place += 1,
        }
    }
    (sequence, error)
}
