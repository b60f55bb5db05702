//! Import ids of both resources, built and parsed by the code that imports.

use crate::functions::names::{lattice, members_of, wadm_members};
use crate::functions::options::{self, DOMAIN};
use crate::resources::lattice_buckets::LatticeBuckets;
use crate::resources::object::domain::{self, ProviderDomain};
use crate::resources::object_type::ObjectType;
use crate::resources::wadm::{self, MANIFESTS_BUCKET, MULTITENANT, STATE_BUCKET, WadmJetStream};
use crate::terraform::framework::function::{Function, FunctionError, Parameter};
use crate::terraform::language::{Attribute, Type, Value};

const DOMAIN_DOC: &str =
    "JetStream domain, if it is not that of the provider block. Without it, the id names none.";

/// The functions of this file.
pub fn all() -> Vec<Function> {
    vec![
        Function {
            parameters: vec![lattice()],
            variadic: Some(options::parameter(&domain_option())),
            ..options::function(
                "build_lattice_import_id",
                "Import id of the buckets of a lattice",
                "The id by which `wasmcloud_lattice_buckets` is imported: `<lattice>`, or `<domain>:<lattice>` in another JetStream domain than that of the provider block.",
                Type::String,
                build_lattice,
            )
        },
        Function {
            variadic: Some(options::parameter(&wadm_options())),
            ..options::function(
                "build_wadm_import_id",
                "Import id of the buckets and streams of wadm",
                "The id by which `wadm_jetstream` is imported: `<state bucket>/<manifest bucket>`, with `/multitenant` behind it in that mode, and `<domain>:` before it in another JetStream domain than that of the provider block.",
                Type::String,
                build_wadm,
            )
        },
        Function {
            parameters: vec![id("lattice_buckets", "hub:production")],
            ..options::function(
                "parse_lattice_import_id",
                "Parts of an import id of the buckets of a lattice",
                "The parts of an import id of `wasmcloud_lattice_buckets`: an object with the attributes `lattice` and `jetstream_domain`, which is null if the id names no domain.",
                Type::object([("lattice", Type::String), (DOMAIN, Type::String)]),
                parse_lattice,
            )
        },
        Function {
            parameters: vec![id("wadm_jetstream", "wadm_state/wadm_manifests")],
            ..options::function(
                "parse_wadm_import_id",
                "Parts of an import id of the buckets and streams of wadm",
                "The parts of an import id of `wadm_jetstream`: an object with the attributes `state_bucket`, `manifests_bucket`, `multitenant` and `jetstream_domain`, which is null if the id names no domain. `build_wadm_import_id` takes such an object.",
                Type::object([
                    (STATE_BUCKET, Type::String),
                    (MANIFESTS_BUCKET, Type::String),
                    (MULTITENANT, Type::Bool),
                    (DOMAIN, Type::String),
                ]),
                parse_wadm,
            )
        },
    ]
}

fn id(of: &str, example: &str) -> Parameter {
    let description = format!("The import id of a `{of}`, such as `{example}`.");
    Parameter::new("id", Type::String, description)
}

fn domain_option() -> [Attribute; 1] {
    [options::domain(DOMAIN_DOC)]
}

fn wadm_options() -> Vec<Attribute> {
    let mut all = wadm::bucket_names().to_vec();
    all.push(options::multitenant());
    all.extend(domain_option());
    all
}

fn build_lattice(arguments: &[Value]) -> Result<Value, FunctionError> {
    let options = options::read(&domain_option(), arguments, 1)?;
    let lattice = arguments.first().unwrap_or(&Value::Null);
    let object = Value::object([("lattice", lattice.clone())]);
    let id = LatticeBuckets.import_id(&object, &members_of(lattice));
    Ok(with_domain(&options, &id))
}

fn build_wadm(arguments: &[Value]) -> Result<Value, FunctionError> {
    let options = options::read(&wadm_options(), arguments, 0)?;
    let id = WadmJetStream.import_id(&options, &wadm_members(&options));
    Ok(with_domain(&options, &id))
}

/// No provider block is known here, so every domain is another one than its own.
fn with_domain(options: &Value, id: &str) -> Value {
    domain::import_id(&ProviderDomain::default(), options, id).into()
}

fn parse_lattice(arguments: &[Value]) -> Result<Value, FunctionError> {
    let (domain, parts) = parsed(&LatticeBuckets, arguments)?;
    Ok(Value::object([
        ("lattice", parts.attribute("lattice").clone()),
        (DOMAIN, domain),
    ]))
}

fn parse_wadm(arguments: &[Value]) -> Result<Value, FunctionError> {
    let (domain, parts) = parsed(&WadmJetStream, arguments)?;
    let bucket = |key: &str| parts.attribute(key).attribute("bucket").clone();
    Ok(Value::object([
        (STATE_BUCKET, bucket("state")),
        (MANIFESTS_BUCKET, bucket("manifests")),
        (MULTITENANT, parts.attribute("multitenant").clone()),
        (DOMAIN, domain),
    ]))
}

/// The domain of an id, and the attributes that it gives.
fn parsed(
    object_type: &impl ObjectType,
    arguments: &[Value],
) -> Result<(Value, Value), FunctionError> {
    let id = arguments
        .first()
        .and_then(Value::as_str)
        .unwrap_or_default();
    let parts =
        domain::split_import_id(&ProviderDomain::default(), id).and_then(|(domain, rest)| {
            let parts = object_type.parse_import_id(id, rest)?;
            Ok((domain, Value::object(parts)))
        });
    parts.map_err(|error| FunctionError::of(Some(0), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_is_parsed_into_what_it_was_built_from() {
        let options = Value::object([
            (STATE_BUCKET, Value::from("s")),
            (MANIFESTS_BUCKET, "m".into()),
            (MULTITENANT, true.into()),
            (DOMAIN, "hub".into()),
        ]);

        let id = build_wadm(std::slice::from_ref(&options)).unwrap();

        assert_eq!(id, "hub:s/m/multitenant".into());
        assert_eq!(parse_wadm(&[id]), Ok(options));
        assert_eq!(build_wadm(&[]), Ok("wadm_state/wadm_manifests".into()));
    }

    #[test]
    fn a_domain_is_part_of_the_id_only_where_it_is_given() {
        let domain = Value::object([(DOMAIN, Value::from("hub"))]);

        let with = build_lattice(&["prod".into(), domain]).unwrap();
        let without = build_lattice(&["prod".into()]).unwrap();

        assert_eq!(
            (with.clone(), without.clone()),
            ("hub:prod".into(), "prod".into())
        );
        let parts = |domain: Value| Value::object([("lattice", "prod".into()), (DOMAIN, domain)]);
        assert_eq!(parse_lattice(&[with]), Ok(parts("hub".into())));
        assert_eq!(parse_lattice(&[without]), Ok(parts(Value::Null)));
    }

    #[test]
    fn an_id_that_is_none_is_an_error_about_the_argument() {
        for error in [
            parse_lattice(&["my lattice".into()]),
            parse_lattice(&[":prod".into()]),
            parse_wadm(&["wadm_state".into()]),
        ] {
            assert_eq!(error.unwrap_err().argument, Some(0));
        }
    }
}
