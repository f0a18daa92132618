//! The closed lists of the pattern file: each word once, for reading, writing,
//! the published schema and the pages.

/// An enum whose variants are words of the pattern file.
macro_rules! words {
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $id:literal,)+ }
    ) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        pub enum $name {
            $($(#[$variant_meta])* #[serde(rename = $id)] $variant,)+
        }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word as the file has it.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.id())
            }
        }
    };
}

words! {
    /// What a pattern is about.
    Category {
        Portfolio = "portfolio",
        Analysis = "analysis",
        Macro = "macro",
        Risk = "risk",
        Workflow = "workflow",
        News = "news",
        Export = "export",
        CorporateActions = "corporate_actions",
        Tax = "tax",
        Intelligence = "intelligence",
    }
}

words! {
    /// The type of an input.
    InputType {
        Uuid = "uuid",
        String = "string",
        Integer = "integer",
        Number = "number",
        Boolean = "boolean",
        /// ISO 8601, such as 2025-10-21.
        Date = "date",
        Array = "array",
        Object = "object",
    }
}

words! {
    /// What a failed step means for the execution.
    OnError {
        /// The execution fails.
        Fail = "fail",
        /// The step's value is null, with the failure as reason.
        Null = "null",
    }
}

words! {
    /// How a panel is drawn.
    PanelKind {
        MetricsGrid = "metrics_grid",
        LineChart = "line_chart",
        DualLine = "dual_line",
        AreaChart = "area_chart",
        BarChart = "bar_chart",
        StackedBar = "stacked_bar",
        DonutChart = "donut_chart",
        Waterfall = "waterfall",
        Heatmap = "heatmap",
        Scatter = "scatter",
        Table = "table",
        Breakdown = "breakdown",
        Scorecard = "scorecard",
        CycleCard = "cycle_card",
        HedgeCard = "hedge_card",
        NewsList = "news_list",
        Text = "text",
        Calendar = "calendar",
    }
}

impl PanelKind {
    /// Whether it is drawn as a figure, and so is one of the answer's charts.
    pub const fn is_chart(self) -> bool {
        match self {
            Self::LineChart
            | Self::DualLine
            | Self::AreaChart
            | Self::BarChart
            | Self::StackedBar
            | Self::DonutChart
            | Self::Waterfall
            | Self::Heatmap
            | Self::Scatter => true,
            Self::MetricsGrid
            | Self::Table
            | Self::Breakdown
            | Self::Scorecard
            | Self::CycleCard
            | Self::HedgeCard
            | Self::NewsList
            | Self::Text
            | Self::Calendar => false,
        }
    }
}

words! {
    /// How a value is written for a reader. The value itself stays as it is.
    Format {
        /// A fraction: 0.05 is 5 %.
        Percent = "percent",
        /// A fraction times 10,000.
        Bps = "bps",
        Currency = "currency",
        Number = "number",
        Decimal2 = "decimal_2",
        Integer = "integer",
        Date = "date",
        /// 0 to 10.
        Rating = "rating",
        /// A fraction that is a probability.
        Probability = "probability",
        Text = "text",
    }
}
