//! What every drawing must be.

use serde_json::Value;

/// Well-formed, self-contained, no number that is none, nothing outside the picture.
pub fn check(drawn: &str, place: &str) {
    let document = roxmltree::Document::parse(drawn).unwrap_or_else(|error| panic!("{place}: {error}\n{drawn}"));
    let root = document.root_element();
    let bounds: Vec<f64> = root
        .attribute("viewBox")
        .unwrap()
        .split(' ')
        .map(|part| part.parse().unwrap())
        .collect();
    let (width, height) = (bounds[2], bounds[3]);
    assert!(width > 0.0 && height > 0.0 && width <= 10_000.0, "{place}: {bounds:?}");
    assert_eq!(root.attribute("role"), Some("img"), "{place}");
    let mut children = root.children();
    assert_eq!(children.next().unwrap().tag_name().name(), "title", "{place}");
    assert_eq!(children.next().unwrap().tag_name().name(), "desc", "{place}");
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        assert!(
            [
                "svg", "title", "desc", "style", "g", "rect", "line", "polyline", "polygon", "circle", "text"
            ]
            .contains(&name),
            "{place}: {name}"
        );
        let number = |attribute: &str| node.attribute(attribute).map(|text| finite(text, place)).unwrap_or(0.0);
        let within = |x: f64, y: f64| {
            assert!(
                (-0.01..=width + 0.01).contains(&x) && (-0.01..=height + 0.01).contains(&y),
                "{place}: {name} at {x}, {y} of {width}, {height}"
            );
        };
        match name {
            "rect" => {
                assert!(number("width") >= 0.0 && number("height") >= 0.0, "{place}");
                within(number("x"), number("y"));
                within(number("x") + number("width"), number("y") + number("height"));
            }
            "line" => {
                within(number("x1"), number("y1"));
                within(number("x2"), number("y2"));
            }
            "circle" => {
                let r = number("r");
                assert!(r > 0.0, "{place}");
                within(number("cx") - r, number("cy") - r);
                within(number("cx") + r, number("cy") + r);
            }
            "polyline" | "polygon" => {
                for pair in node.attribute("points").unwrap().split(' ') {
                    let (x, y) = pair.split_once(',').unwrap();
                    within(finite(x, place), finite(y, place));
                }
            }
            "text" => within(number("x"), number("y")),
            _ => {}
        }
        for attribute in node.attributes() {
            let outside = attribute.name().contains("href") || attribute.value().contains("url(");
            assert!(
                !outside && !attribute.name().starts_with("on"),
                "{place}: {attribute:?}"
            );
        }
    }
}

fn finite(text: &str, place: &str) -> f64 {
    let value: f64 = text.parse().unwrap_or_else(|_| panic!("{place}: {text} is no number"));
    assert!(value.is_finite(), "{place}: {text}");
    value
}

/// Text as it is set lies within the picture.
#[cfg(feature = "png")]
pub fn check_set(drawn: &str, place: &str) {
    use resvg::usvg;
    let mut fonts = usvg::fontdb::Database::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts");
    for font in ["Inter-Regular.otf", "Inter-SemiBold.otf"] {
        fonts.load_font_data(std::fs::read(folder.join(font)).unwrap());
    }
    let options = usvg::Options {
        font_family: "Inter".to_owned(),
        fontdb: std::sync::Arc::new(fonts),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(drawn, &options).unwrap();
    let mut texts = 0;
    see(tree.root(), &mut |text| {
        texts += 1;
        let set = text.abs_bounding_box();
        let size = tree.size();
        let within = set.left() >= -0.5
            && set.top() >= -0.5
            && set.right() <= size.width() + 0.5
            && set.bottom() <= size.height() + 0.5;
        let words: String = text.chunks().iter().map(usvg::TextChunk::text).collect();
        assert!(within, "{place}: `{words}` at {set:?} of {size:?}");
    });
    assert!(texts > 2, "{place}: {texts} texts");
}

#[cfg(feature = "png")]
fn see(group: &resvg::usvg::Group, text: &mut dyn FnMut(&resvg::usvg::Text)) {
    for node in group.children() {
        match node {
            resvg::usvg::Node::Group(group) => see(group, text),
            resvg::usvg::Node::Text(one) => text(one),
            _ => {}
        }
    }
}

/// A Vega-Lite specification without addresses, whose layers have data, a mark and channels.
pub fn check_specification(specification: &Value, place: &str) {
    assert_eq!(
        specification["$schema"],
        "https://vega.github.io/schema/vega-lite/v6.json"
    );
    assert_eq!(specification["width"], "container", "{place}");
    assert!(
        specification["description"].is_string() && specification["title"]["text"].is_string(),
        "{place}"
    );
    let layers = specification["layer"].as_array().unwrap();
    assert!(!layers.is_empty(), "{place}");
    for layer in layers {
        let values = layer["data"]["values"]
            .as_array()
            .unwrap_or_else(|| panic!("{place}: {layer}"));
        assert!(layer["data"].get("url").is_none(), "{place}");
        assert!(layer["mark"]["type"].is_string(), "{place}: {layer}");
        let channels = layer["encoding"]
            .as_object()
            .unwrap_or_else(|| panic!("{place}: {layer}"));
        for (channel, definition) in channels {
            let fields: Vec<&Value> = match definition {
                Value::Array(several) => several.iter().collect(),
                one => vec![one],
            };
            for one in fields {
                let has = ["field", "datum", "value"].iter().any(|key| one.get(*key).is_some());
                assert!(has, "{place}: {channel} {one}");
                // A field that no row has would draw nothing.
                if let Some(field) = one.get("field").and_then(Value::as_str) {
                    let known = values.is_empty() || values.iter().any(|row| row.get(field).is_some());
                    assert!(known, "{place}: {channel} reads {field}");
                }
            }
        }
    }
}
