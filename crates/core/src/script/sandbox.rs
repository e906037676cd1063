//! The engine that cards run in: nothing but what a card needs, every limit set by number.
//!
//! Imports: script.

use std::any::TypeId;

use rhai::{Array, Dynamic, Engine, EvalAltResult, FLOAT, INT, NativeCallContext, OptimizationLevel, Position};

use super::builder::Session;
use super::module::CardModules;
use super::value::Value;
use super::{algebra, api};
use crate::limits::Limits;

/// Most arguments that a word takes, its receiver counted.
const MOST_ARGUMENTS: usize = 9;

/// Builds an engine. It holds no state of any card: that travels with each run.
pub fn engine(limits: &Limits) -> Engine {
    let mut engine = Engine::new_raw();
    engine
        .set_optimization_level(OptimizationLevel::None)
        .set_max_operations(limits.operations)
        .set_max_call_levels(limits.call_levels)
        .set_max_expr_depths(limits.expression_depth, limits.function_expression_depth)
        .set_max_string_size(limits.text_bytes)
        .set_max_array_size(limits.list_items)
        .set_max_map_size(limits.map_entries)
        .set_max_variables(limits.variables)
        .set_max_functions(limits.functions)
        .set_max_modules(limits.modules);
    engine
        .set_strict_variables(true)
        .set_fast_operators(false)
        .set_fail_on_invalid_map_property(true)
        .set_allow_looping(true);
    engine.on_print(|_| {}).on_debug(|_, _, _| {});
    engine.disable_symbol("eval");
    engine.register_iterator::<Array>();
    engine.register_iterator::<std::ops::Range<INT>>();
    engine.register_iterator::<std::ops::RangeInclusive<INT>>();
    engine.register_type_with_name::<Value>("a part of the card");
    engine.set_module_resolver(CardModules);
    register_words(&mut engine);
    register_operators(&mut engine);
    engine
}

/// Every word, for every number of arguments: what fits and what does not is said by the word itself, in its own
/// terms and at its own place.
fn register_words(engine: &mut Engine) {
    for (name, words) in api::by_name() {
        for count in 0..=MOST_ARGUMENTS {
            let words = words.clone();
            engine.register_raw_fn(name, vec![TypeId::of::<Dynamic>(); count], move |context, args| {
                Ok::<Dynamic, Box<EvalAltResult>>(api::dispatch(name, &words, &context, args))
            });
        }
    }
}

/// What an operator between parts of a card means, and what it refuses.
fn register_operators(engine: &mut Engine) {
    let (value, any) = (TypeId::of::<Value>(), TypeId::of::<Dynamic>());
    for operator in ["+", "-", "*", "/", "%", "**"] {
        for types in [[value, any], [any, value]] {
            engine.register_raw_fn(operator, types, move |context, args| {
                Ok::<Dynamic, Box<EvalAltResult>>(algebra::operate(operator, &context, args))
            });
        }
    }
    for operator in ["==", "!=", "<", "<=", ">", ">="] {
        engine.register_raw_fn(operator, [any, any], move |context, args| {
            algebra::compare(operator, &context, args).map(Dynamic::from)
        });
    }
    engine.register_raw_fn("-", [value], |context, args| {
        Ok::<Dynamic, Box<EvalAltResult>>(algebra::negate(&context, args))
    });
    engine.register_raw_fn("!", [value], |context, args| {
        Ok::<Dynamic, Box<EvalAltResult>>(algebra::not(&context, args))
    });
    engine.register_raw_fn("index$get$", [value, any], |context, args| {
        Ok::<Dynamic, Box<EvalAltResult>>(algebra::member(&context, args))
    });
    register_division(engine);
    register_joining(engine);
}

/// Text and a number joined are text: `"goal " + 45`.
fn register_joining(engine: &mut Engine) {
    engine.register_fn("+", |text: &str, number: INT| format!("{text}{number}"));
    engine.register_fn("+", |text: &str, number: FLOAT| format!("{text}{number}"));
    engine.register_fn("+", |number: INT, text: &str| format!("{number}{text}"));
    engine.register_fn("+", |number: FLOAT, text: &str| format!("{number}{text}"));
}

/// `1 / 2` is 0.5 here, and nothing is divided by zero.
fn register_division(engine: &mut Engine) {
    fn divide(context: &NativeCallContext, left: FLOAT, right: FLOAT) -> Result<FLOAT, Box<EvalAltResult>> {
        if right == 0.0 {
            return Err(raised("division by zero", context.call_position()));
        }
        Ok(left / right)
    }
    engine.register_fn("/", |context: NativeCallContext, left: INT, right: INT| {
        divide(&context, left as FLOAT, right as FLOAT)
    });
    engine.register_fn("/", |context: NativeCallContext, left: INT, right: FLOAT| {
        divide(&context, left as FLOAT, right)
    });
    engine.register_fn("/", |context: NativeCallContext, left: FLOAT, right: INT| {
        divide(&context, left, right as FLOAT)
    });
    engine.register_fn("/", |context: NativeCallContext, left: FLOAT, right: FLOAT| {
        divide(&context, left, right)
    });
    engine.register_fn("**", |left: INT, right: INT| libm::pow(left as FLOAT, right as FLOAT));
    engine.register_fn("**", |left: INT, right: FLOAT| libm::pow(left as FLOAT, right));
    engine.register_fn("**", |left: FLOAT, right: INT| libm::pow(left, right as FLOAT));
    engine.register_fn("**", |left: FLOAT, right: FLOAT| libm::pow(left, right));
}

/// An error with a text of ours.
pub fn raised(message: &str, position: Position) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(message.into(), position).into()
}

/// The compile that a call belongs to.
pub fn session(context: &NativeCallContext) -> Option<Session> {
    context.tag()?.read_lock::<Session>().map(|session| session.clone())
}

/// The number of the text that a call stands in.
pub fn source_of(context: &NativeCallContext) -> u16 {
    context
        .call_source()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}
