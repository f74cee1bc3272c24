/// How pages look: the system's own letters, one accent, light or dark as the reader's system is.
///
/// Drawings are the same files as elsewhere, black on white. In a page their greys follow its colours: what a style
/// sheet says of an
/// element is stronger than the element's own attributes.
enum StyleSheet {
    static let text = """
        :root { --page: #fafaf8; --panel: #ffffff; --ink: #222222; --faded: #5f6368; --line: #e3e3e0; --accent: #0b62a3;
          --tint: #eef5fa; --good: #00704f; --bad: #b00020; --blue: #0072b2; --orange: #d55e00; --green: #009e73 }
        @media (prefers-color-scheme: dark) {
          :root { --page: #141618; --panel: #1c1f22; --ink: #e8e8e5; --faded: #a4a8ac; --line: #34383c; --accent: #7cbcf0;
            --tint: #20303c; --good: #5fcfa5; --bad: #ff8f94; --blue: #58aee6; --orange: #f5934a; --green: #3cc39a }
        }
        * { box-sizing: border-box }
        body { margin: 0 auto; max-width: 1120px; padding: 2.5rem 1.5rem 5rem; background: var(--page); color: var(--ink);
          font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
          -webkit-text-size-adjust: 100%; overflow-wrap: break-word }
        h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .6rem; letter-spacing: -.01em }
        h2 { font-size: 1.3rem; line-height: 1.3; margin: 0 0 .7rem }
        h3 { font-size: 1rem; margin: 1.6rem 0 .4rem }
        p { margin: .5rem 0; max-width: 46rem }
        section { margin-top: 2.6rem; padding-top: 1.8rem; border-top: 1px solid var(--line); scroll-margin-top: 1rem }
        .faded, figcaption, summary { color: var(--faded) } .good { color: var(--good) } .bad { color: var(--bad) }
        nav { display: flex; flex-wrap: wrap; gap: .4rem 1.1rem; margin-top: 1.6rem; font-size: .92rem }
        a { color: var(--accent); text-decoration: none } a:hover { text-decoration: underline }
        code, pre { font: .88em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere }
        pre { margin: 0; padding: .8rem 1rem; overflow-wrap: normal }
        .wide { overflow-x: auto; max-width: 100%; margin: .8rem 0; background: var(--panel); border: 1px solid var(--line);
          border-radius: 10px }
        table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums }
        th, td { padding: .42rem .9rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap }
        td { vertical-align: top }
        td code { display: inline-block; max-width: 26rem; white-space: normal; overflow-wrap: break-word }
        .facts td code { display: inline; overflow-wrap: anywhere }
        .facts td { white-space: normal } .facts td:first-child { color: var(--faded); white-space: nowrap }
        th { font-weight: 600; color: var(--faded) } tbody tr:last-child td { border-bottom: 0 }
        th.number, td.number { text-align: right } tr.marked td { background: var(--tint) }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .8rem; margin: 1.4rem 0 }
        .tile { padding: .9rem 1.1rem; background: var(--panel); border: 1px solid var(--line); border-radius: 10px;
          font-size: .88rem; line-height: 1.4 }
        .tile .figure { font-size: 1.6rem; line-height: 1.35; font-weight: 600; font-variant-numeric: tabular-nums }
        figure { margin: 0 } figcaption { font-size: .9rem; margin-top: .3rem; max-width: 46rem }
        figure .wide { text-align: center } figure svg { display: block; margin: 0 auto; height: auto }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); gap: 0 1.2rem }
        .charts svg { max-width: 100% } .charts figure { min-width: 0 }
        .gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 1.1rem 1rem;
          margin: 1rem 0 }
        .gallery img, .gallery svg { display: block; width: 100%; height: auto; aspect-ratio: 1; object-fit: contain;
          background: var(--line); border-radius: 8px }
        .gallery figcaption { line-height: 1.4; overflow-wrap: anywhere }
        .advice { margin: .8rem 0; padding: .7rem 1.1rem; background: var(--panel); border: 1px solid var(--line);
          border-left: 3px solid var(--accent); border-radius: 0 10px 10px 0 }
        .advice p { margin: .2rem 0 } .advice code { color: var(--accent) }
        details { margin: .8rem 0 } summary { cursor: pointer }
        svg { font-family: inherit }
        svg > rect:first-of-type { fill: none }
        svg [fill="#222222"]:not(.on-color) { fill: var(--ink) } svg text[fill="#666666"] { fill: var(--faded) }
        svg [stroke="#222222"] { stroke: var(--ink) } svg [stroke="#E3E3E3"] { stroke: var(--line) }
        svg [fill="#E3E3E3"] { fill: var(--line) }
        svg [fill="#FFFFFF"]:not(.on-color) { fill: var(--panel) } svg [stroke="#FFFFFF"] { stroke: var(--panel) }
        svg [stroke="#0072B2"] { stroke: var(--blue) } svg [stroke="#D55E00"] { stroke: var(--orange) }
        svg [stroke="#009E73"] { stroke: var(--green) } svg [stroke="#666666"] { stroke: var(--faded) }
        svg text[fill="#00704F"] { fill: var(--good) } svg text[fill="#B00020"] { fill: var(--bad) }
        @media (max-width: 40rem) {
          body { padding: 1.4rem 1rem 3rem; font-size: 15px } h1 { font-size: 1.5rem }
          .tiles { grid-template-columns: 1fr 1fr; gap: .6rem } .tile { padding: .7rem .8rem }
          .tile .figure { font-size: 1.3rem } .gallery { grid-template-columns: 1fr 1fr }
          th, td { padding: .38rem .65rem } section { margin-top: 2rem; padding-top: 1.3rem }
        }
        @media print { body { max-width: none } nav { display: none } section { break-inside: avoid-page } }
        """
}
