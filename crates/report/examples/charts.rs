//! Draws every chart of a saved report: `cargo run -p bellwether-report --example charts -- report.json DIR`.
#![allow(clippy::expect_used, reason = "an example fails loudly")]

use bellwether::report::Report;
use bellwether_report::chart::{PngOptions, SvgOptions, Theme, png, svg, vega_lite};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let report = arguments.next().expect("a report, as `--format json` writes it");
    let folder = std::path::PathBuf::from(arguments.next().expect("a folder"));
    let theme = if arguments.next().as_deref() == Some("dark") {
        Theme::Dark
    } else {
        Theme::Light
    };
    let text = std::fs::read_to_string(report).expect("the report is readable");
    let report: Report = serde_json::from_str(&text).expect("the report is one");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    for chart in bellwether::report::chart::charts(&report.results) {
        let name = chart.id.replace(['/', '*'], "-");
        let options = SvgOptions {
            theme,
            ..SvgOptions::default()
        };
        std::fs::write(folder.join(format!("{name}.svg")), svg(&chart, &options)).expect("the folder is writable");
        let specification = vega_lite(&chart, theme).to_string();
        std::fs::write(folder.join(format!("{name}.vl.json")), specification).expect("the folder is writable");
        let pixels = png(
            &chart,
            &PngOptions {
                svg: options,
                pixels: 960,
                ..PngOptions::default()
            },
        );
        std::fs::write(folder.join(format!("{name}.png")), pixels.expect("it can be drawn")).expect("it is writable");
        println!("{name}: {}", chart.about);
    }
}
