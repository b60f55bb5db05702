//! What happens to one object: in each step its configuration is another one, and another client does something to its
//! assets on the server. Choices are numbers, of which `run` takes the remainder.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};

use crate::matrix::environment::WADM;

/// Steps of one sequence at most.
const STEPS: usize = 4;

#[derive(Clone, Debug)]
pub struct Sequence {
    pub r#type: &'static str,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub struct Step {
    /// What the configuration sets: the asset (the first choice is the root), the argument, the value. Nothing: as before.
    pub configuration: Option<Vec<(u8, u8, u8)>>,
    pub force_destroy: bool,
    pub multitenant: bool,
    pub server_changes: Vec<ServerChange>,
}

/// What another client does to an asset.
#[derive(Clone, Debug)]
pub enum ServerChange {
    /// Changes a setting to another legal value.
    Edit {
        asset: u8,
        setting: u8,
        value: u8,
    },
    Delete {
        asset: u8,
    },
    /// Deletes it and makes it again with another setting.
    Remake {
        asset: u8,
        setting: u8,
        value: u8,
    },
    Purge {
        asset: u8,
    },
    /// Messages arrive in every asset.
    Messages,
}

impl Sequence {
    /// Without one of its parts: a step but the last, or a server_change, or what a configuration sets.
    pub fn without(&self, place: usize) -> Option<Sequence> {
        let mut shorter = self.clone();
        let mut left = place;
        if self.steps.len() > 1 {
            if left < self.steps.len() - 1 {
                shorter.steps.remove(left);
                return Some(shorter);
            }
            left -= self.steps.len() - 1;
        }
        for step in &mut shorter.steps {
            if left < step.server_changes.len() {
                step.server_changes.remove(left);
                return Some(shorter);
            }
            left -= step.server_changes.len();
            if let Some(set) = step.configuration.as_mut().filter(|set| !set.is_empty()) {
                if left == 0 {
                    set.pop();
                    return Some(shorter);
                }
                left -= 1;
            }
        }
        None
    }
}

pub fn sequence(r#type: &'static str) -> impl Strategy<Value = Sequence> {
    vec(step(r#type), STEPS).prop_map(move |steps| Sequence { r#type, steps })
}

fn step(r#type: &'static str) -> impl Strategy<Value = Step> {
    let set = vec((any::<u8>(), any::<u8>(), any::<u8>()), 0..4);
    let configuration = prop_oneof![1 => Just(None), 2 => set.prop_map(Some)];
    let flags = (any::<u8>(), any::<u8>());
    (configuration, flags, vec(server_change(), 0..4)).prop_map(
        move |(configuration, (force, mode), server_changes)| Step {
            configuration,
            force_destroy: force < 64,
            multitenant: r#type == WADM && mode < 32,
            server_changes,
        },
    )
}

fn server_change() -> impl Strategy<Value = ServerChange> {
    let three = || (any::<u8>(), any::<u8>(), any::<u8>());
    prop_oneof![
        8 => three().prop_map(|(asset, setting, value)| ServerChange::Edit { asset, setting, value }),
        1 => any::<u8>().prop_map(|asset| ServerChange::Delete { asset }),
        2 => three().prop_map(|(asset, setting, value)| ServerChange::Remake { asset, setting, value }),
        1 => any::<u8>().prop_map(|asset| ServerChange::Purge { asset }),
        3 => Just(ServerChange::Messages),
    ]
}
