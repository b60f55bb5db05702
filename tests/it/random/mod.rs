//! Random configurations of both resources and random deeds of others, one after the other. Whatever happens: after an
//! apply the plan is empty, or the plan was an error that said why and left the server untouched.
//!
//! The seed is fixed, so that a run says the same today and tomorrow. `RANDOM_SEED` (a number) tries other stories,
//! `RANDOM_CASES` more of them. A story that fails is told alone, as short as a few tries can make it.

mod story;
mod world;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::matrix::lab;
use crate::random::story::Story;
use crate::random::world::{Ending, World};

/// Objects that live side by side on one server: Terraform plans them at once.
const LATTICES: usize = 8;
const INSTALLATIONS: usize = 4;
/// How often the story of a failure is tried again, shorter.
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
        let stories = stories(seed, case);
        let mut ending = Ending::default();
        if let Some((place, error)) = World::of(&stories).live(&mut ending) {
            let (story, error) = shorter(stories[place].clone(), error);
            panic!("RANDOM_SEED={seed}, case {case}, a story of its own:\n{error}\n{story:#?}");
        }
        eprintln!("case {case}: {ending}");
        assert!(
            ending.changed > 0 && ending.empty > 0,
            "nothing happened: {ending}"
        );
    }
}

/// The stories of one case.
fn stories(seed: u64, case: u64) -> Vec<Story> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&case.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let types = [(lab::LATTICE, LATTICES), (lab::WADM, INSTALLATIONS)];
    let types = types
        .iter()
        .flat_map(|(r#type, count)| std::iter::repeat_n(*r#type, *count));
    types
        .map(|r#type| {
            let tree = story::story(r#type).new_tree(&mut runner);
            tree.expect("a story").current()
        })
        .collect()
}

/// Leaves steps and deeds out as long as the story fails nevertheless.
fn shorter(mut story: Story, mut error: String) -> (Story, String) {
    let mut tries = 0;
    let mut place = 0;
    while tries < SHORTER {
        let Some(shorter) = story.without(place) else {
            break;
        };
        tries += 1;
        match World::of(std::slice::from_ref(&shorter)).live(&mut Ending::default()) {
            Some((_, again)) => (story, error) = (shorter, again),
            None => place += 1,
        }
    }
    (story, error)
}
