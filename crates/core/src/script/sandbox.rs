//! The engine that cards run in: nothing but what a card needs, every limit set by number.
//!
//! Imports: script.

use std::any::TypeId;
use std::sync::Arc;

use rhai::{
    Array, Dynamic, Engine, EvalAltResult, FLOAT, FuncRegistration, INT, Module, NativeCallContext, Position, RhaiFunc,
    Shared,
};

use super::builder::Session;
use super::module::CardModules;
use super::value::Value;
use super::{algebra, api};
use crate::limits::{Budget, Limits, Stop};

/// Most arguments that a word takes, its receiver counted.
const MOST_ARGUMENTS: usize = 9;

/// Symbols of the language that a card has no use for; they are refused where they are read, before the check.
const DISABLED: [&str; 2] = ["eval", "curry"];

/// Builds an engine for one compile: it holds no state of the card, which travels with the run, but it spends from one
/// budget at every operation.
pub fn engine(limits: &Limits, vocabulary: &Shared<Module>, budget: &Budget) -> Engine {
    let mut engine = Engine::new_raw();
    engine
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
    for symbol in DISABLED {
        engine.disable_symbol(symbol);
    }
    // The engine's own count of operations restarts at each call into it; the budget does not.
    let budget = budget.clone();
    let (base, most) = (stack_pointer(), limits.stack_bytes);
    engine.on_progress(move |_| {
        let spent = if base.abs_diff(stack_pointer()) > most {
            Err(budget.stop(Stop::Stack))
        } else {
            budget.spend_operations(1)
        };
        spent.err().map(|stop| Dynamic::from(stop.to_string()))
    });
    engine.register_type_with_name::<Value>("a part of the card");
    engine.register_global_module(Arc::clone(vocabulary));
    engine.set_module_resolver(CardModules);
    engine
}

/// About where the stack stands: the address of something on it.
#[inline(never)]
fn stack_pointer() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&here)).addr()
}

/// Every word and operator of the language, registered once and shared by all engines.
pub fn vocabulary() -> Shared<Module> {
    let mut module = Module::new();
    module.set_iterable::<Array>();
    module.set_iterator::<std::ops::Range<INT>>();
    module.set_iterator::<std::ops::RangeInclusive<INT>>();
    register_words(&mut module);
    register_operators(&mut module);
    module.into()
}

/// Registers a function that reads its values as they are.
fn raw(
    module: &mut Module,
    name: &str,
    types: &[TypeId],
    run: impl Fn(&NativeCallContext, &mut [&mut Dynamic]) -> Result<Dynamic, Box<EvalAltResult>> + Send + Sync + 'static,
) {
    let outside = || raised("a word of the card is called from nowhere", Position::NONE);
    let func = RhaiFunc::Method {
        func: Arc::new(move |context: Option<NativeCallContext>, args: &mut [&mut Dynamic]| {
            run(&context.ok_or_else(outside)?, args)
        }),
        has_context: true,
        is_pure: true,
        is_volatile: true,
    };
    FuncRegistration::new(name)
        .in_global_namespace()
        .set_into_module_raw(module, types, func);
}

/// Every word, for every number of arguments: what fits and what does not is said by the word itself, in its own
/// terms and at its own place.
fn register_words(module: &mut Module) {
    for (name, words) in api::by_name() {
        for count in 0..=MOST_ARGUMENTS {
            let words = words.clone();
            raw(
                module,
                name,
                &vec![TypeId::of::<Dynamic>(); count],
                move |context, args| Ok(api::dispatch(name, &words, context, args)),
            );
        }
    }
}

/// What an operator between parts of a card means, and what it refuses.
fn register_operators(module: &mut Module) {
    let (value, any) = (TypeId::of::<Value>(), TypeId::of::<Dynamic>());
    for operator in ["+", "-", "*", "/", "%", "**"] {
        for types in [[value, any], [any, value]] {
            raw(module, operator, &types, move |context, args| {
                Ok(algebra::operate(operator, context, args))
            });
        }
    }
    for operator in ["==", "!=", "<", "<=", ">", ">="] {
        raw(module, operator, &[any, any], move |context, args| {
            algebra::compare(operator, context, args).map(Dynamic::from)
        });
    }
    raw(module, "-", &[value], |context, args| {
        Ok(algebra::negate(context, args))
    });
    raw(module, "!", &[value], |context, args| Ok(algebra::not(context, args)));
    raw(module, "index$get$", &[value, any], |context, args| {
        Ok(algebra::member(context, args))
    });
    register_division(module);
    register_joining(module);
}

/// Registers an operator over plain values.
macro_rules! operator {
    ($module:expr, $name:literal, $function:expr) => {
        FuncRegistration::new($name)
            .in_global_namespace()
            .set_into_module($module, $function);
    };
}

/// Text and a number joined are text: `"goal " + 45`.
fn register_joining(module: &mut Module) {
    operator!(module, "+", |text: &str, number: INT| format!("{text}{number}"));
    operator!(module, "+", |text: &str, number: FLOAT| format!("{text}{number}"));
    operator!(module, "+", |number: INT, text: &str| format!("{number}{text}"));
    operator!(module, "+", |number: FLOAT, text: &str| format!("{number}{text}"));
}

/// `1 / 2` is 0.5 here, and nothing is divided by zero.
fn register_division(module: &mut Module) {
    type Quotient = Result<FLOAT, Box<EvalAltResult>>;
    fn divide(context: &NativeCallContext, left: FLOAT, right: FLOAT) -> Quotient {
        if right == 0.0 {
            return Err(raised("division by zero", context.call_position()));
        }
        Ok(left / right)
    }
    operator!(module, "/", |context: NativeCallContext,
                            left: INT,
                            right: INT|
     -> Quotient {
        divide(&context, left as FLOAT, right as FLOAT)
    });
    operator!(module, "/", |context: NativeCallContext,
                            left: INT,
                            right: FLOAT|
     -> Quotient { divide(&context, left as FLOAT, right) });
    operator!(module, "/", |context: NativeCallContext,
                            left: FLOAT,
                            right: INT|
     -> Quotient { divide(&context, left, right as FLOAT) });
    operator!(module, "/", |context: NativeCallContext,
                            left: FLOAT,
                            right: FLOAT|
     -> Quotient { divide(&context, left, right) });
    operator!(module, "**", |left: INT, right: INT| libm::pow(
        left as FLOAT,
        right as FLOAT
    ));
    operator!(module, "**", |left: INT, right: FLOAT| libm::pow(left as FLOAT, right));
    operator!(module, "**", |left: FLOAT, right: INT| libm::pow(left, right as FLOAT));
    operator!(module, "**", |left: FLOAT, right: FLOAT| libm::pow(left, right));
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
