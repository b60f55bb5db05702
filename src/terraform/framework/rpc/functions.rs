//! Functions on the wire: their declarations, their arguments, their results and errors.

use std::collections::HashMap;

use crate::terraform::framework::convert;
use crate::terraform::framework::function::{Function, FunctionError, Parameter};
use crate::terraform::language::{Diagnostics, Type, Value};
use crate::terraform::proto::tfplugin6 as proto;
use crate::text::printable_lines;

/// All declarations, by name.
pub(super) fn declarations(functions: &[Function]) -> HashMap<String, proto::Function> {
    let functions = functions.iter();
    functions
        .map(|function| (function.name.to_owned(), declaration(function)))
        .collect()
}

fn declaration(function: &Function) -> proto::Function {
    proto::Function {
        parameters: function.parameters.iter().map(parameter).collect(),
        variadic_parameter: function.variadic.as_ref().map(parameter),
        r#return: Some(proto::function::Return {
            r#type: type_bytes(&function.returns),
        }),
        summary: function.summary.to_owned(),
        description: function.description.clone(),
        description_kind: proto::StringKind::Markdown.into(),
        deprecation_message: String::new(),
    }
}

fn parameter(parameter: &Parameter) -> proto::function::Parameter {
    proto::function::Parameter {
        name: parameter.name.to_owned(),
        r#type: type_bytes(&parameter.r#type),
        allow_null_value: parameter.nullable,
        // An argument that is not known makes the result unknown, and Terraform need not call for that.
        allow_unknown_values: false,
        description: parameter.description.clone(),
        description_kind: proto::StringKind::Markdown.into(),
    }
}

fn type_bytes(r#type: &Type) -> Vec<u8> {
    r#type.to_json().to_string().into_bytes()
}

/// Calls a function with arguments as they came.
pub(super) fn call(
    functions: &[Function],
    request: &proto::call_function::Request,
) -> proto::call_function::Response {
    match called(functions, request) {
        Ok((function, result)) => proto::call_function::Response {
            result: Some(convert::encode(&result, &function.returns)),
            error: None,
        },
        Err(error) => answer(&error),
    }
}

fn called<'f>(
    functions: &'f [Function],
    request: &proto::call_function::Request,
) -> Result<(&'f Function, Value), FunctionError> {
    let mut all = functions.iter();
    let found = all.find(|function| function.name == request.name);
    let function = found.ok_or_else(|| FunctionError {
        text: format!(
            "There is no function {} in this version of the provider. Check the provider's version constraint.",
            request.name
        ),
        argument: None,
    })?;
    let mut arguments = Vec::new();
    for (position, argument) in request.arguments.iter().enumerate() {
        // What is beyond the last parameter is counted, and not read.
        let r#type = function.parameter(position).map(|one| &one.r#type);
        let argument = r#type.map(|r#type| convert::decode(Some(argument), r#type));
        let argument = argument.unwrap_or(Ok(Value::Null));
        arguments.push(argument.map_err(|found| FunctionError::of(Some(position), found))?);
    }
    Ok((function, function.call(&arguments)?))
}

/// The answer of a call that was not finished.
pub(super) fn failed(diagnostics: Diagnostics) -> proto::call_function::Response {
    answer(&FunctionError::of(None, diagnostics))
}

fn answer(error: &FunctionError) -> proto::call_function::Response {
    let text = printable_lines(&error.text);
    proto::call_function::Response {
        result: None,
        error: Some(proto::FunctionError {
            // Terraform writes a full stop behind it.
            text: text.trim_end_matches('.').to_owned(),
            function_argument: error
                .argument
                .and_then(|position| i64::try_from(position).ok()),
        }),
    }
}
