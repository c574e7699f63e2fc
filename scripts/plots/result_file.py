"""What the plots read from a result file: tables as columns, strata with readable names, and clear messages where something is wrong."""
import os
import sys
import textwrap
import tomllib

try:
    import h5py
    import numpy as np
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing.name} is missing for {sys.executable} (Debian: python3-h5py, python3-matplotlib). Run scripts/setup, then use /usr/bin/python3.")

FOOTER = "Assumption-driven: most parameters were never measured. A research tool, no medical advice."

SCORES = {
    "gmfm66": ("GMFM-66", "points"), "gmfm88": ("GMFM-88", "points"), "standing": ("standing (GMFM D)", "points"),
    "walking": ("walking (GMFM E)", "points"), "adl": ("ADL", "points"), "fine_motor": ("fine motor (FMFM)", "points"),
    "sociability": ("sociability", "points"), "adaptability": ("adaptability", "points"),
    "expressive_language": ("expressive language", "points"), "sleep": ("sleep disturbance, lower is better", "points"),
    "drooling_frequency_cured": ("drooling cured, by frequency", "share of children"),
    "drooling_weight_cured": ("drooling cured, by weight", "share of children"),
    "drooling_quotient_cured": ("drooling cured, by quotient", "share of children"),
    "drooling_effective": ("drooling reduced", "share of children"), "cgi_i": ("CGI-I, lower is better", "category"),
}


def refuse(message):
    """Ends the program with status 4 and sentences: what is wrong (why). What to do."""
    print(f"error: {message}", file=sys.stderr)
    sys.exit(4)


def decoded(values):
    values = np.asarray(values)
    return np.char.decode(values, "utf-8") if values.dtype.kind == "S" else values


class Table:
    """Columns of equal length: table["mean"]; table.where(scenario="null") keeps rows."""

    def __init__(self, columns):
        self.columns = columns

    def __getitem__(self, name):
        return self.columns[name]

    def __len__(self):
        return len(next(iter(self.columns.values())))

    def where(self, **wanted):
        keep = np.ones(len(self), dtype=bool)
        for name, value in wanted.items():
            keep &= self.columns[name] == value
        return Table({name: values[keep] for name, values in self.columns.items()})


class ResultFile:
    def __init__(self, path):
        try:
            self.file = h5py.File(path, "r")
        except (OSError, RuntimeError) as error:
            why = os.strerror(error.errno) if getattr(error, "errno", None) else str(error).splitlines()[0]
            refuse(f"{path} cannot be read ({why}). Name a result file of `vcohort run`.")
        kind = self.file.attrs.get("format", b"")
        if kind != b"vcohort-result":
            refuse(f"{path} is not a result of vcohort (its attribute format is {kind!r}). Name a result file of `vcohort run`.")
        version = self.file.attrs["format_version"].decode()
        if version.split(".")[0] != "2":
            refuse(f"{path} has layout {version} (this script reads 2.x). Use the scripts of the version that made it.")
        if self.file.attrs["status"] != b"complete":
            refuse(f"{path} is a part (it covers some blocks only). Join the parts with `vcohort merge`.")
        self.path = path
        study = self.file["study/resolved"][:]
        self.study = tomllib.loads(study.flat[0].decode())
        self.title = self.study["title"]
        self.reference = self.study.get("cohort", {}).get("reference")

    def table(self, path):
        if path not in self.file:
            refuse(f"{self.path} has no table {path} (its study did not ask that question). Use a study with [{path.split('/')[0]}].")
        group = self.file[path]
        return Table({name.decode(): decoded(group[name.decode()][:]) for name in group.attrs["columns"]})

    def origin(self):
        """One line that says where a figure comes from."""
        attributes = self.file.attrs
        return (f"vcohort {attributes['engine_version'].decode()}, seed {attributes['seed']}, "
                f"study {attributes['study_sha256'].decode()[:12]}, content {attributes['content_digest'].decode()[:12]}")

    def dimensions(self, stratification):
        """Names of the variables of a stratification."""
        section = self.study.get("strata", {})
        if stratification != "strata":
            section = section.get(stratification, {})
        return [variable for variable, bins in section.items() if not isinstance(bins, dict)]

    def readable(self, stratification, stratum):
        """ "age 0-3, injury white_matter" -> "age 0-3, injury white matter"."""
        return "all children" if stratum == "all" else stratum.replace("_", " ")

    def strata(self, choice):
        """[(stratification, stratum)]: "all", "margins" (one variable at a time), "product" (all variables at once), or names."""
        table = self.table("strata")
        every = list(zip(table["stratification"].tolist(), table["stratum"].tolist()))
        if choice == ["everything"]:
            return every
        chosen = []
        for wanted in choice:
            size = {"margins": 1, "product": None}.get(wanted, 0)
            if size == 0:
                found = [pair for pair in every if wanted in (pair[1], self.readable(*pair))]
                if not found:
                    names = "; ".join(self.readable(*pair) for pair in every)
                    refuse(f"{self.path} has no stratum \"{wanted}\" (it has: {names}). Name one of them.")
                chosen.append(found[0])
                continue
            first = every[0]
            chosen.append(first)
            for pair in every[1:]:
                if pair[0] != "strata":
                    continue
                pieces = pair[1].count(", ") + 1
                if pieces == (len(self.dimensions(pair[0])) if size is None else size):
                    chosen.append(pair)
        return list(dict.fromkeys(chosen))


def pick(value, allowed, what, path):
    if value not in allowed:
        refuse(f"{path} has no {what} \"{value}\" (it has: {', '.join(map(str, allowed))}). Name one of them.")
    return value


def in_order(values):
    """Distinct values in the order in which they occur."""
    return list(dict.fromkeys(values.tolist()))


def lines_of(text, fontsize, width):
    """The text in lines that fit into so many inches; a name without spaces is cut where it must be."""
    inches_per_letter = 0.56 * fontsize / 72  # of DejaVu Sans, whose capitals and bold letters are wider than its mean
    return textwrap.wrap(text, max(int(width / inches_per_letter), 20))


def head(figure, title, subtitle):
    """Title and what the figure shows below it, at the left, in as many lines as they need; the empty lines keep the panels clear of both."""
    width, height = figure.get_size_inches()
    titles, subtitles = lines_of(title, 14.5, width - 0.2), lines_of(subtitle, 9.5, width - 0.2)
    top = 0.08
    for text, size, weight in [(line, 13, "bold") for line in titles] + [(line, 9.5, "normal") for line in subtitles]:
        figure.text(0.1 / width, 1 - top / height, text, fontsize=size, fontweight=weight, va="top")
        top += 1.45 * size / 72
    blank = 6.0
    figure.suptitle("\n" * max(int(np.ceil((top + 0.05) * 72 / (1.2 * blank))) - 1, 0) + " ", fontsize=blank)


def foot(figure, text):
    """Where the figure comes from, and what it leaves out."""
    lines = [line for part in text.split("\n") for line in lines_of(part, 7.5, figure.get_figwidth() - 0.2)]
    figure.supxlabel("\n".join(lines), fontsize=7.5, x=0.1 / figure.get_figwidth(), ha="left", color="#505050")


def left_out(names, why):
    """Says which strategies a figure does not show; returns a sentence for the figure itself."""
    if not names:
        return ""
    shown = "; ".join(names[:4]) + (f"; and {len(names) - 4} more" if len(names) > 4 else "")
    print(f"notice: {len(names)} of the strategies {'is' if len(names) == 1 else 'are'} not drawn ({shown}): {why}", file=sys.stderr)
    return f"Not drawn: {shown}. "


def save(figure, target):
    """Writes the picture under its name and says so."""
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, dpi=130, metadata={"Software": None})
    print(target)


def run(main):
    """Every failure is a sentence and status 4, whatever a file holds and wherever the picture goes."""
    try:
        main()
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = None
        sys.exit(4)
    except KeyError as missing:
        refuse(f"The result lacks {missing} (another version of vcohort may have made it). Run the study again.")
    except OSError as error:
        refuse(f"The figure cannot be written ({error}). Name another folder with -o.")
