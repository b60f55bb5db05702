//! The attribute `data_loss`: what a plan deletes, as data for policies, where warnings are text.
//!
//! A newcomer would get this wrong: Terraform plans again right before it applies, and demands the values of the first plan.
//! So the counts are not those of the server at that moment, which hosts change, but those that the refresh before the plan
//! has noted in the private state.

use crate::catalogue;
use crate::jetstream::Effect;
use crate::resources::object::changes::CostlyChange;
use crate::resources::object::member::Member;
use crate::resources::object::private_facts::Contents;
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Action, Plan};
use crate::terraform::language::{Attribute, Mode, Type, Value};

/// The name of the attribute.
pub const NAME: &str = "data_loss";

const DOC: &str = "What a plan deletes, for policies that read the plan as JSON. In the plan of an update, `after` has what the \
update deletes. In a plan that destroys or replaces the resource, `prior_state` has what is deleted with it, if `force_destroy` \
is set. Each element has the `block`, such as `config_data`; the name of the JetStream `stream`; the `cause`, which is the argument \
that changes, or `\"destroy\"`; and `revisions`: how many stored revisions of keys, delete markers included, are deleted, as the \
refresh before the plan counted them. It is null where they were not counted: contents that come back by themselves (the bucket of \
wadm's state, and streams that are no bucket), and limits in bytes. Empty if nothing is deleted. After an apply it keeps its value \
until the next plan or refresh needs another one.";

/// The cause of what is deleted with the whole object.
const DESTROY: &str = "destroy";

/// The attribute of every resource. Of a plain type, as [`streams_attribute`](crate::resources::object::streams_attribute).
pub fn attribute() -> Attribute {
    let loss = Type::object([
        ("block", Type::String),
        ("stream", Type::String),
        ("cause", Type::String),
        ("revisions", Type::Number),
    ]);
    Attribute::new(NAME, Type::list(loss), Mode::Computed, DOC)
}

/// Nothing is deleted.
pub fn nothing() -> Value {
    Value::List(Vec::new())
}

/// Plans the attribute, once everything else is planned.
pub fn plan_data_loss(costly: &[CostlyChange], plan: &mut Plan) {
    let adopts = plan.planned.attribute("adopt_existing").as_bool() != Some(false);
    let before = plan.prior.attribute(NAME).clone();
    plan.planned.set_attribute(NAME, before);
    let planned = match plan.action {
        // Nobody has counted what an adopted bucket contains.
        Action::Create if adopts => Value::Unknown,
        Action::Create => nothing(),
        _ if plan.planned == plan.prior => return,
        _ if !plan.config.is_wholly_known() => Value::Unknown,
        _ => {
            let entries = costly.iter().filter_map(|change| of_change(change, plan));
            Value::List(entries.collect())
        }
    };
    plan.planned.set_attribute(NAME, planned);
}

/// What was planned, with null for what nobody has counted.
pub fn settle(planned: &mut Value) {
    if planned.attribute(NAME).is_unknown() {
        planned.set_attribute(NAME, Value::Null);
    }
}

/// Notes what a destroy deletes, where the state allows it.
pub fn note_destroy(members: &[Member], private: &Private, state: &mut Value) {
    let is_set = |name: &str| state.attribute(name).as_bool() == Some(true);
    if is_set("force_destroy") && !is_set("skip_destroy") {
        let entries = members.iter().filter_map(|member| {
            let revisions = Contents::noted(private, member).values?;
            entry(member, DESTROY, Some(revisions))
        });
        let entries = entries.collect();
        state.set_attribute(NAME, Value::List(entries));
    } else if state.attribute(NAME).is_null() {
        state.set_attribute(NAME, nothing());
    }
}

fn of_change(CostlyChange { member, change }: &CostlyChange, plan: &Plan) -> Option<Value> {
    let is_precious = member.row.contents == catalogue::Contents::Precious;
    let noted = Contents::noted(&plan.private, member);
    let revisions = match (change.effect, is_precious) {
        // Without the permission in the state, an apply that finds keys deletes nothing.
        (Effect::Refused(_), true)
            if plan.prior.attribute("force_destroy").as_bool() != Some(true) =>
        {
            Some(0)
        }
        (Effect::Refused(_), true) => noted.values,
        (Effect::Destructive(_), true) if change.key == "max_msgs_per_subject" => {
            let kept = change.desired.as_u64().filter(|kept| *kept > 0)?;
            noted.revisions.map(|revisions| revisions.beyond(kept))
        }
        (Effect::Refused(_) | Effect::Destructive(_), _) => None,
        _ => return None,
    };
    let argument = member.argument(&change.key);
    let cause = argument.map_or(change.key.as_str(), |argument| argument.name);
    entry(member, cause, revisions)
}

/// Nothing if it is known that nothing is deleted.
fn entry(member: &Member, cause: &str, revisions: Option<u64>) -> Option<Value> {
    if revisions == Some(0) {
        return None;
    }
    let count = revisions.and_then(|count| i64::try_from(count).ok());
    Some(Value::object([
        ("block", member.row.key.into()),
        ("stream", member.stream().into()),
        ("cause", cause.into()),
        ("revisions", count.map_or(Value::Null, Value::from)),
    ]))
}
