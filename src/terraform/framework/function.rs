//! Functions of the provider: what one states, and what is checked around a call of it.
//!
//! A function is pure: Terraform calls it in processes that are never configured, also while it only validates. Terraform
//! itself refuses null and keeps unknown values away where a parameter says so; this does the same, because nothing in
//! the protocol promises it.

use crate::terraform::language::schema::rule::Violation;
use crate::terraform::language::{Diagnostics, Type, Value, ValueRule, wire};
use crate::text::count;

/// One function.
#[derive(Clone, Debug)]
pub struct Function {
    /// As written after `provider::wasmcloud::`.
    pub name: &'static str,
    /// What it returns, as one sentence.
    pub summary: &'static str,
    /// What it is for, in Markdown.
    pub description: String,
    /// The arguments that every call has, in order.
    pub parameters: Vec<Parameter>,
    /// What each further argument is; `None` if there can be none.
    pub variadic: Option<Parameter>,
    /// The type of what it returns.
    pub returns: Type,
    /// Computes it. The arguments are known, have the types of their parameters and satisfy their rules.
    pub body: fn(&[Value]) -> Result<Value, FunctionError>,
}

/// One parameter of a function.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// snake_case.
    pub name: &'static str,
    /// What its argument must be.
    pub r#type: Type,
    /// Meaning and form, in Markdown.
    pub description: String,
    /// Whether its argument may be null.
    pub nullable: bool,
    /// What an argument that is not null must satisfy.
    pub rules: Vec<ValueRule>,
}

impl Parameter {
    /// A parameter that takes no null and every value of its type.
    pub fn new(name: &'static str, r#type: Type, description: impl Into<String>) -> Self {
        Self {
            name,
            r#type,
            description: description.into(),
            nullable: false,
            rules: Vec::new(),
        }
    }

    /// The same with one more rule.
    #[must_use]
    pub fn rule(mut self, rule: ValueRule) -> Self {
        self.rules.push(rule);
        self
    }

    fn check(&self, argument: &Value) -> Result<(), String> {
        match argument {
            Value::Null if self.nullable => Ok(()),
            Value::Null => Err(format!(
                "The argument `{}` is null. Pass a value.",
                self.name
            )),
            known => {
                let broken = self.rules.iter().find_map(|rule| rule.check(known).err());
                broken.map_or(Ok(()), |violation| match violation {
                    Violation::Must(rule) => Err(format!("The argument is {known}, but {rule}.")),
                    Violation::Says(sentences) => Err(sentences),
                })
            }
        }
    }
}

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// What is wrong and what to do, as sentences. Terraform prints it behind the name of the parameter.
    pub text: String,
    /// The position of the argument from 0; `None` if it is about none in particular.
    pub argument: Option<usize>,
}

impl FunctionError {
    /// About one argument.
    pub fn at(argument: usize, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: Some(argument),
        }
    }

    /// What diagnostics say, about an argument or about none in particular.
    pub fn of(argument: Option<usize>, diagnostics: impl Into<Diagnostics>) -> Self {
        let texts = diagnostics.into().into_iter();
        let texts = texts.map(|one| format!("{}. {}", one.summary, one.detail));
        Self {
            text: texts.collect::<Vec<_>>().join("\n"),
            argument,
        }
    }
}

impl Function {
    /// The parameter of an argument at a position.
    pub fn parameter(&self, position: usize) -> Option<&Parameter> {
        self.parameters.get(position).or(self.variadic.as_ref())
    }

    /// Calls it. The result is unknown while an argument is.
    ///
    /// # Errors
    /// When the arguments are not those of the function.
    pub fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        if arguments.len() < self.parameters.len() {
            return Err(self.wrong_count(arguments.len()));
        }
        for (position, argument) in arguments.iter().enumerate() {
            let parameter = self.parameter(position);
            let parameter = parameter.ok_or_else(|| self.wrong_count(arguments.len()))?;
            parameter
                .check(argument)
                .map_err(|text| FunctionError::at(position, text))?;
        }
        if !arguments.iter().all(Value::is_wholly_known) {
            return Ok(Value::Unknown);
        }
        let result = (self.body)(arguments)?;
        match wire::mismatches(&result, &self.returns) {
            problems if problems.is_empty() => Ok(result),
            problems => Err(FunctionError::of(None, problems)),
        }
    }

    fn wrong_count(&self, found: usize) -> FunctionError {
        FunctionError {
            text: format!(
                "The function {} has {}, and the call has {}. Pass one argument for each parameter.",
                self.name,
                count(self.parameters.len() as u64, "parameter"),
                count(found as u64, "argument"),
            ),
            argument: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function() -> Function {
        Function {
            name: "joined",
            summary: "Joins texts",
            description: "Joins texts.".to_owned(),
            parameters: vec![
                Parameter::new("first", Type::String, "First.").rule(ValueRule::NotEmpty),
            ],
            variadic: Some(Parameter {
                nullable: true,
                ..Parameter::new("rest", Type::String, "Others.")
            }),
            returns: Type::String,
            body: |arguments| {
                let texts: Vec<_> = arguments.iter().filter_map(Value::as_str).collect();
                match texts.as_slice() {
                    ["bug"] => Ok(true.into()),
                    _ => Ok(texts.join("+").into()),
                }
            },
        }
    }

    #[test]
    fn null_is_an_argument_only_where_the_parameter_says_so() {
        let refused = function().call(&[Value::Null]).unwrap_err();
        let joined = function().call(&["a".into(), Value::Null, "b".into()]);

        assert_eq!(refused.argument, Some(0));
        assert!(refused.text.contains("`first` is null"), "{refused:?}");
        assert_eq!(joined, Ok("a+b".into()));
    }

    #[test]
    fn what_is_unknown_makes_the_result_unknown_but_hides_no_error() {
        let unknown = function().call(&["a".into(), Value::Unknown]);
        let refused = function().call(&["".into(), Value::Unknown]).unwrap_err();

        assert_eq!(unknown, Ok(Value::Unknown));
        assert_eq!(refused.argument, Some(0));
    }

    #[test]
    fn a_call_with_too_few_or_too_many_arguments_is_an_error() {
        let mut fixed = function();
        fixed.variadic = None;

        for arguments in [vec![], vec!["a".into(), "b".into()]] {
            let refused = fixed.call(&arguments).unwrap_err();

            assert_eq!(refused.argument, None);
            assert!(refused.text.contains("has 1 parameter,"), "{refused:?}");
        }
    }

    #[test]
    fn a_result_of_another_type_is_a_bug_and_says_so() {
        let refused = function().call(&["bug".into()]).unwrap_err();

        assert!(refused.text.contains("bug in the provider"), "{refused:?}");
    }
}
