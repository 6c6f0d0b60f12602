//! What the forms that are read by hand look like in the API's document: a word, or more than one.

use crate::definition::{Clocks, PerClock, Provisional, Side, Stated, Stream};
use crate::question::{Asked, AskedObject, Words};
use utoipa::openapi::schema::{OneOfBuilder, Ref, Schema};
use utoipa::openapi::{ArrayBuilder, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// Documents a type as a word, or as the object that `$map` describes.
macro_rules! word_or {
    ($name:ident, $map:ty) => {
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                OneOfBuilder::new()
                    .item(String::schema())
                    .item(Ref::from_schema_name(<$map as ToSchema>::name()))
                    .into()
            }
        }

        impl ToSchema for $name {
            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                let name = <$map as ToSchema>::name().into_owned();
                schemas.push((name, <$map as PartialSchema>::schema()));
                <$map as ToSchema>::schemas(schemas);
            }
        }
    };
}

word_or!(Asked, AskedObject);
word_or!(PerClock, Clocks);
word_or!(Provisional, Stated);
word_or!(Side, Stream);

impl PartialSchema for Words {
    fn schema() -> RefOr<Schema> {
        OneOfBuilder::new()
            .item(String::schema())
            .item(ArrayBuilder::new().items(String::schema()))
            .into()
    }
}

impl ToSchema for Words {}
