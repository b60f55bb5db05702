//! The last argument of a function that has optional ones: one object, which may be left out. Its attributes may be null.
//!
//! Functions of Terraform have no optional parameters, and a type of an object would require each of its attributes. So
//! the parameter is variadic and of any type, and what Terraform would check is checked here. It must not be null: OpenTofu
//! does not call a function whose argument of any type is null, and the result would never be known.

use crate::resources::object::domain;
use crate::resources::wadm::MULTITENANT;
use crate::terraform::framework::function::{Function, FunctionError, Parameter};
use crate::terraform::language::schema::validate;
use crate::terraform::language::{Attribute, Mode, Schema, Type, Value, ValueRule, wire};
use crate::text::alternatives;

/// The name of the parameter.
const NAME: &str = "options";

/// The domain of the buckets and streams.
pub const DOMAIN: &str = domain::NAME;

/// The parameter for an object with these attributes.
pub fn parameter(attributes: &[Attribute]) -> Parameter {
    let mut description =
        "An object with any of these attributes. Leave it out if none of them is to be set."
            .to_owned();
    for Attribute {
        name,
        kind,
        description: text,
        ..
    } in attributes
    {
        let r#type = kind.to_type();
        description += &format!("\n    - `{name}` ({type}) {text}");
    }
    Parameter::new(NAME, Type::Dynamic, description)
}

/// The options of a call: an object with all of the attributes, null where the call does not set them.
///
/// # Errors
/// When there are several arguments, or one that is no such object.
pub fn read(
    function: &[Attribute],
    arguments: &[Value],
    first: usize,
) -> Result<Value, FunctionError> {
    if arguments.len() > first + 1 {
        let text = "There can be only one object of options. Put all attributes into it.";
        return Err(FunctionError::at(first + 1, text));
    }
    let none = Value::Map(Default::default());
    let given = arguments.get(first).unwrap_or(&none);
    let Some(set) = given.as_map() else {
        let text =
            format!("It is {given}, but must be an object, such as {{ {DOMAIN} = \"hub\" }}.");
        return Err(FunctionError::at(first, text));
    };
    let known = |name: &str| function.iter().any(|attribute| attribute.name == name);
    if let Some(other) = set.keys().find(|name| !known(name)) {
        let names = function.iter().map(|one| format!("`{}`", one.name));
        let names = alternatives(&names.collect::<Vec<_>>());
        let text = format!("There is no option {other:?}. Use {names}.");
        return Err(FunctionError::at(first, text));
    }
    let options = Value::object(function.iter().map(|attribute| {
        (
            attribute.name.as_str(),
            given.attribute(&attribute.name).clone(),
        )
    }));
    check(function, &options).map_err(|text| FunctionError::at(first, text))?;
    Ok(options)
}

fn check(attributes: &[Attribute], options: &Value) -> Result<(), String> {
    for attribute in attributes {
        let (name, r#type) = (&attribute.name, attribute.kind.to_type());
        let value = options.attribute(name);
        if !wire::mismatches(value, &r#type).is_empty() {
            return Err(format!("`{name}` is {value}, but must be a {type}."));
        }
    }
    let schema = Schema {
        attributes: attributes.to_vec(),
        ..Schema::default()
    };
    match validate::config(&schema, options) {
        found if found.is_empty() => Ok(()),
        found => Err(FunctionError::of(None, found).text),
    }
}

/// Options of a function that can be left out.
pub fn option(name: &str, r#type: Type, description: &str) -> Attribute {
    Attribute::new(name, r#type, Mode::Optional, description)
}

/// The option for the domain.
pub fn domain(description: &str) -> Attribute {
    option(DOMAIN, Type::String, description)
        .rule(ValueRule::NotEmpty)
        .rule(ValueRule::Custom(domain::name))
}

/// The option for the mode of wadm.
pub fn multitenant() -> Attribute {
    let description = "Whether wadm runs with `--multitenant`.";
    option(MULTITENANT, Type::Bool, description)
}

/// A function without a body yet: what all of them have in common.
pub fn function(
    name: &'static str,
    summary: &'static str,
    description: impl Into<String>,
    returns: Type,
    body: fn(&[Value]) -> Result<Value, FunctionError>,
) -> Function {
    Function {
        name,
        summary,
        description: description.into(),
        parameters: Vec::new(),
        variadic: None,
        returns,
        body,
    }
}
