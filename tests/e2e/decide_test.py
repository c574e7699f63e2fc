"""`vcohort decide` finds the decision that definitions give, whatever the table looks like, and refuses what is none."""
import csv
import io
import json
import math
import random
import subprocess
import sys
import unittest

from program import INVALID, PROGRAM, SOURCE, STORAGE, ProgramTest

sys.path.insert(0, str(SOURCE / "tests/oracles/decide"))
import brute_force  # noqa: E402

COMMAND_LINE = 2
ROUNDING = 1e-9  # of sums of some hundred numbers, relative to their size
MCSE = 4.5

FOUR = """draw,strategy,cost,effect
1,A,1000,1.0
1,B,4000,1.3
1,C,9000,1.4
2,A,1100,1.2
2,B,4200,1.1
2,C,9500,1.6
3,A,900,0.9
3,B,3900,1.2
3,C,8800,1.0
4,A,1050,1.1
4,B,4100,1.5
4,C,9300,1.7
"""

DOMINANCE = """draw,strategy,cost,effect
1,UC,5000,1
1,B,10000,2
1,A,12000,1.5
1,C,25000,3
1,D,35000,4
1,E,55000,5
"""

TIE = """draw,strategy,cost,effect
1,first,163771.0,6.48273
1,second,164848.7,6.52861
1,third,163765.1,6.52861
"""


class Decide(ProgramTest):
    def write(self, text, name="psa.csv"):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def rows(self, file, *options):
        return list(csv.DictReader(io.StringIO(self.call("decide", file, "--format", "csv", *options).stdout)))

    def column(self, rows, name):
        return [math.nan if row[name] == "NA" else float(row[name]) for row in rows]

    def test_dominance(self):
        rows = self.rows(self.write(DOMINANCE), "--table", "strategies")
        self.assertEqual([row["status"] for row in rows],
                         ["frontier", "frontier", "strongly dominated", "extendedly dominated", "frontier", "frontier"])
        self.assertEqual([row["icer"] for row in rows], ["NA", "5000", "NA", "NA", "12500", "20000"])

    def test_tie_in_effect(self):
        rows = self.rows(self.write(TIE), "--table", "strategies")
        self.assertEqual([row["status"] for row in rows], ["strongly dominated", "strongly dominated", "frontier"])

    def test_four_draws(self):
        rows = self.rows(self.write(FOUR), "--willingness-to-pay", "10000:20000:10000")
        self.assertEqual([row["k"] for row in rows], ["10000"] * 3 + ["20000"] * 3)
        self.assertEqual(self.column(rows[:3], "ceac"), [0.5, 0.5, 0])
        for name, expected in {"nmb": (19987.5, 21450, 19350), "ceac": (0.25, 0.75, 0), "ceaf": (0.75,) * 3, "evpi": (1275,) * 3,
                               "expected_loss": (2737.5, 1275, 3375)}.items():
            for value, wanted in zip(self.column(rows[3:], name), expected):
                self.assertAlmostEqual(value, wanted, delta=ROUNDING * 1e4, msg=name)

    def test_published_ratios(self):
        """The Sick-Sicker model of the DARTH group's tutorial on cohort models (Medical Decision Making 2023), recalled from memory. The tolerance is
        what rounding of the printed costs and QALYs, half a unit of the last digit at both ends, allows."""
        table = "draw,strategy,cost,effect\n1,SoC,151580,20.711\n1,A,284805,21.499\n1,B,259100,22.184\n1,AB,378875,23.137\n"
        rows = self.rows(self.write(table), "--table", "strategies")
        self.assertEqual([row["status"] for row in rows], ["frontier", "strongly dominated", "frontier", "frontier"])
        self.assertAlmostEqual(float(rows[2]["icer"]), 72988, delta=72988 * (0.001 / 1.473 + 1 / 107520))
        self.assertAlmostEqual(float(rows[3]["icer"]), 125764, delta=125764 * (0.001 / 0.953 + 1 / 119775))

    def gaussian(self, draws, seed=1):
        chance = random.Random(seed)
        lines = ["draw,strategy,cost,effect,dE,dC"]
        for draw in range(draws):
            effect, cost = chance.gauss(0.10, 0.20), chance.gauss(1500, 800)
            lines += [f"{draw},old,0,0,{effect!r},{cost!r}", f"{draw},new,{cost!r},{effect!r},{effect!r},{cost!r}"]
        return self.write("\n".join(lines) + "\n")

    def test_gaussian_value_of_information(self):
        rows = self.rows(self.gaussian(20_000), "--willingness-to-pay", "20000", "--evppi", "dE", "--evppi", "dC", "--evppi", "dE,dC")
        new = rows[1]
        for name, error, truth in (("ceac", "ceac_mcse", 0.5487772), ("evpi", "evpi_mcse", 1389.581142), ("evppi_dE", "evppi_mcse_dE", 1358.219860),
                                   ("evppi_dC", "evppi_mcse_dC", 129.536010), ("evppi_dE+dC", "evppi_mcse_dE+dC", 1389.581142)):
            self.assertAlmostEqual(float(new[name]), truth, delta=MCSE * float(new[error]), msg=name)
            self.assertLess(float(new[error]), 25)
        self.assertLessEqual(float(new["evppi_dE+dC"]), float(new["evpi"]))
        self.assertGreaterEqual(float(new["evppi_dE+dC"]), float(new["evppi_dE"]))

    def test_all_parameters_and_a_population(self):
        file = self.gaussian(500)
        found = json.loads(self.call("decide", file, "--all-evppi", "--format", "json", "--willingness-to-pay", "0:40000:20000", "--population",
                                     "incidence=1000,prevalent=200,uptake=0.5,years=10,discount=0.035,timing=end").stdout)
        self.assertEqual({row["parameters"] for row in found["evppi"]}, {"dE", "dC"})
        patients = 0.5 * (200 + 1000 * 8.316605323)
        for row in found["willingness_to_pay"]:
            self.assertAlmostEqual(row["population_evpi"], patients * row["evpi"], delta=1e-6 * patients)
        for row in found["evppi"]:
            self.assertLessEqual(0, row["evppi"])
            self.assertAlmostEqual(row["population_evppi"], patients * row["evppi"], delta=1e-6 * patients)

    def test_brute_force_agrees(self):
        """Small whole numbers, so that ties and dominance of every kind happen, and exact fractions decide them."""
        chance = random.Random(20260101)
        seen = set()
        for case in range(60):
            names = [f"s{number}" for number in range(chance.randint(1, 7))]
            lines = ["effect,strategy,draw,cost"]
            cells = [(draw, name) for draw in range(chance.randint(1, 6)) for name in names]
            chance.shuffle(cells)
            lines += [f"{chance.randint(-3, 6) / 4},{name},{draw},{chance.randint(0, 8) * 250}" for draw, name in cells]
            if case % 3 == 0:
                lines += [line.replace(names[-1], "twin") for line in lines if f",{names[-1]}," in line]
            file = self.write("\n".join(lines) + "\n")
            draws = brute_force.read(file)
            reference = chance.choice(names)
            points = brute_force.means(draws)
            places = brute_force.frontier(points, reference)
            for row in self.rows(file, "--table", "strategies", "--reference", reference):
                status, icer = places[row["strategy"]]
                seen.add(status)
                self.assertEqual(row["status"], status, f"{row['strategy']} of {file.read_text()}")
                self.assertAlmostEqual(float(row["cost"]), float(points[row["strategy"]][0]), delta=ROUNDING * 1e3)
                if icer is None:
                    self.assertEqual(row["icer"], "NA")
                else:
                    self.assertAlmostEqual(float(row["icer"]), float(icer), delta=ROUNDING * max(1e3, float(icer)))
            for row in self.rows(file, "--reference", reference, "--willingness-to-pay", "0:3000:1000"):
                expected = brute_force.at(draws, row["k"], reference)
                for name, value in zip(("nmb", "ceac", "expected_loss"), expected[row["strategy"]]):
                    self.assertAlmostEqual(float(row[name]), float(value), delta=ROUNDING * 1e4, msg=name)
                self.assertAlmostEqual(float(row["evpi"]), float(min(loss for _, _, loss in expected.values())), delta=ROUNDING * 1e4)
        self.assertEqual(seen, {"frontier", "strongly dominated", "extendedly dominated", "tied"})

    def test_the_reference_moves_increments_alone(self):
        file = self.write(FOUR)
        first = self.rows(file, "--willingness-to-pay", "20000")
        second = self.rows(file, "--willingness-to-pay", "20000", "--reference", "C")
        for one, other in zip(first, second):
            self.assertEqual(one["nmb"], other["nmb"])
            self.assertEqual(one["ceac"], other["ceac"])
        self.assertAlmostEqual(float(second[0]["inb"]), 19987.5 - 19350, delta=1e-6)
        self.assertEqual(float(second[2]["inb"]), 0)

    def test_any_scale_of_effect(self):
        """Points of GMFM-66 in place of QALYs: a thousandth of the price for a thousand times the effect is the same decision."""
        file = self.write(FOUR)
        rows = self.rows(file, "--willingness-to-pay", "20000")
        lines = FOUR.splitlines()
        points = self.write("\n".join([lines[0]] + [",".join(line.split(",")[:3] + [str(float(line.split(",")[3]) * 1024)]) for line in lines[1:]]),
                            "points.csv")
        for one, other in zip(rows, self.rows(points, "--willingness-to-pay", str(20000 / 1024), "--effect", "points")):
            for name in ("nmb", "ceac", "expected_loss", "evpi"):
                self.assertEqual(one[name], other[name], name)

    def test_any_form_of_the_same_table(self):
        plain = self.call("decide", self.write(FOUR), "--format", "csv").stdout
        quoted = "\n".join(",".join(f'"{field}"' for field in line.split(",")) for line in FOUR.splitlines())
        for form in (b"\xef\xbb\xbf" + FOUR.encode(), FOUR.replace("\n", "\r\n"), FOUR.rstrip("\n"), quoted, FOUR.replace(",1000,", ",+1e3,"),
                     FOUR.replace("\n", "\n\n")):
            self.assertEqual(self.call("decide", self.write(form), "--format", "csv").stdout, plain)
        done = subprocess.run([PROGRAM, "decide", "-", "--format", "csv"], input=FOUR, capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout, plain)

    def test_one_draw_and_one_strategy(self):
        said = self.call("decide", self.write(DOMINANCE), "--willingness-to-pay", "15000")
        self.assertIn("best: D", said.stdout)
        self.assertIn("single draw", said.stderr)
        rows = self.rows(self.write("draw,strategy,cost,effect\n1,only,5,1\n2,only,7,2\n"), "--willingness-to-pay", "0:10:5")
        self.assertEqual([row["ceac"] for row in rows], ["1"] * 3)
        self.assertEqual([row["evpi"] for row in rows], ["0"] * 3)

    def test_refusals(self):
        edits = {
            "missing combination": (FOUR.replace("3,B,3900,1.2\n", ""), r":8:1: draw \"3\" has no row for strategy \"B\""),
            "twice": (FOUR + "1,A,1000,1.0\n", r":14:1: a second row for draw \"1\" of strategy \"A\" \(the first is line 2\)"),
            "not a number": (FOUR.replace("9300", "x"), r":13:5: \"x\" in column \"cost\" is no finite number"),
            "NaN": (FOUR.replace("9300", "NaN"), r":13:5: "),
            "infinite": (FOUR.replace("9300", "inf"), r":13:5: "),
            "too large": (FOUR.replace("9300", "1e999"), r":13:5: "),
            "hexadecimal": (FOUR.replace("9300", "0x10"), r":13:5: "),
            "empty": (FOUR.replace("9300", ""), r":13:5: "),
            "comma as decimal sign": (FOUR.replace("4,C,9300,1.7", "4,C,9300,1,7"), r":13:1: this row has 5 fields"),
            "no effect": (FOUR.replace("effect", "qaly"), r":1:1: there is no column \"effect\""),
            "R's row names": ("\t".join(f'"{name}"' for name in FOUR.split("\n")[0].split(",")) + '\n"1"\t' + FOUR.split("\n")[1].replace(",", "\t"),
                              r":2:1: this row has \d fields \(the header has \d: the first field looks like a row name of R\) .* row.names = FALSE"),
            "no name": (FOUR.replace("4,C,", "4,,"), r":13:3: this row has no strategy"),
            "two columns": (FOUR.replace("effect", "cost"), r":1:1: two columns have the same name"),
            "no rows": ("draw,strategy,cost,effect\n", r":1:1: the table has no rows"),
            "nothing": ("", r":1:1: the file is empty"),
            "open quote": (FOUR + '5,"A,1,1\n', r":14:1: a quote is never closed"),
            "bytes": (b"\x00\x01\x02", r":1:1: a zero byte"),
        }
        for name, (text, message) in edits.items():
            with self.subTest(name):
                said = self.call("decide", self.write(text), status=INVALID)
                self.assertEqual(said.stdout, "")
                self.assertRegex(said.stderr, "psa.csv" + message)

    def test_parameters_have_one_value_per_draw(self):
        lines = FOUR.splitlines()
        with_parameter = [lines[0] + ",p"] + [line + "," + str(int(line[0]) / 4) for line in lines[1:]]
        file = self.write("\n".join(with_parameter))
        self.assertIn("evppi_p", self.rows(file, "--evppi", "p")[0])
        with_parameter[5] = with_parameter[5].replace("0.5", "0.6")
        said = self.call("decide", self.write("\n".join(with_parameter)), status=INVALID).stderr
        self.assertRegex(said, r'psa.csv:6:14: "p" differs within draw "2" \(line 5 has another value')
        text = self.write("\n".join(line.replace("0.75", "high") for line in [lines[0] + ",p"] + [line + ",0.75" for line in lines[1:]]))
        self.call("decide", text)  # nobody asked for it
        self.assertNotIn("evppi_p", self.rows(text, "--all-evppi")[0])
        self.assertRegex(self.call("decide", text, "--evppi", "p", status=INVALID).stderr, r'psa.csv:2:14: "high" in column "p" is no finite number')
        commas = self.write("draw;strategy;cost;effect;p\n1;A;1000;1;0,25\n")
        self.call("decide", commas)
        self.assertRegex(self.call("decide", commas, "--all-evppi", status=INVALID).stderr, r'psa.csv:2:12: "0,25" in column "p" .*decimal comma')
        self.assertRegex(self.call("decide", file, "--evppi", "q", status=INVALID).stderr, r'there is no column "q"')
        self.assertRegex(self.call("decide", file, "--evppi", "cost", status=INVALID).stderr, r'"cost" is no parameter')
        self.assertRegex(self.call("decide", file, "--reference", "Z", status=INVALID).stderr, r'no row has the strategy "Z"')

    def test_amounts_that_are_none(self):
        """Not-a-number, infinity, overflow and negative prices; and a table whose products would overflow."""
        file = self.write(FOUR)
        for k in ("nan", "inf", "-inf", "1e308", "-5", "-5:5:1", "0:inf:5", "0:nan:1", "0:5:nan", "0:1e308:1e300", "20000,nan", "0:1e9:1"):
            said = self.call("decide", file, f"--willingness-to-pay={k}", status=INVALID)
            self.assertEqual(said.stdout, "", k)
        for cost, effect in (("1e308", "1"), ("1", "1e308"), ("-1e61", "1"), ("1", "-1e200")):
            text = self.write(FOUR.replace("9300,1.7", f"{cost},{effect}"))
            self.assertRegex(self.call("decide", text, status=INVALID).stderr, "psa.csv:13:.*is too large")
        largest = self.write(FOUR.replace("9300,1.7", "1e60,-1e60"))
        for row in self.rows(largest, "--willingness-to-pay", "0,1,1e60"):
            self.assertTrue(all(math.isfinite(float(row[name])) for name in ("nmb", "nmb_mcse", "inb", "evpi", "ceac", "expected_loss")))

    def test_a_population_is_asked_for_whole(self):
        file = self.write(FOUR)
        for population in ("incidence=5", "incidence=5,years=3,discount=1", "incidence=5,years=3,discount=-0.01", "incidence=5,years=3,discount=nan",
                           "uptake=0.5", "prevalent=5,years=3", "incidence=inf,years=3", "incidence=5,years=3,uptake=1.1", "incidence=5,years=1e9"):
            self.call("decide", file, "--population", population, status=INVALID)
        found = json.loads(self.call("decide", file, "--population", "incidence=1,years=1,discount=0.21", "--willingness-to-pay", "20000",
                                     "--format", "json").stdout)
        row = found["willingness_to_pay"][0]
        self.assertAlmostEqual(row["population_evpi"], row["evpi"] / 1.1, delta=1e-9 * row["evpi"])  # in the middle of the year, as a study counts
        self.assertEqual(found["timing"], "mid")

    def test_tables_that_people_have(self):
        """Semicolons, tabs, wide, row numbers of R: the same decision as the plain table."""
        plain = self.call("decide", self.write(FOUR), "--format", "csv").stdout
        rows = [line.split(",") for line in FOUR.splitlines()[1:]]
        wide = ["draw,cost_A,effect_A,cost_B,effect_B,cost_C,effect_C"]
        wide += [",".join([str(draw)] + [value for row in rows if row[0] == str(draw) for value in row[2:]]) for draw in range(1, 5)]
        numbered = [f'"{number}",{line}' if number else f'"",{line}' for number, line in enumerate(FOUR.splitlines())]
        for text in (FOUR.replace(",", ";"), FOUR.replace(",", "\t"), "\n".join(wide), "\n".join(wide).replace("_", ".").replace(",", ";"),
                     "\n".join(numbered)):
            self.assertEqual(self.call("decide", self.write(text), "--format", "csv").stdout, plain, text)
        self.assertIn("without a name", self.call("decide", self.write("\n".join(numbered))).stderr)
        said = self.call("decide", self.write("\n".join(wide).replace("effect_C", "x")), status=INVALID).stderr
        self.assertRegex(said, r'psa.csv:1:1: column "cost_C" stands alone')
        self.assertRegex(self.call("decide", self.write(FOUR.replace(",", "|")), status=INVALID).stderr, "commas, semicolons or tabs")
        self.assertRegex(self.call("decide", self.write(FOUR.replace(",", ";").replace("1.7", "1,7")), status=INVALID).stderr, "decimal comma")

    def test_a_list_of_prices_and_the_numbers_of_draws(self):
        rows = self.rows(self.write(FOUR), "--willingness-to-pay", "20000,10000,0:10000:5000")
        self.assertEqual([row["k"] for row in rows[::3]], ["0", "5000", "10000", "20000"])
        named = self.write("draw,strategy,cost,effect\n101,A,10,1\n101,B,20,2\n205,A,11,1\n205,B,20,3\n")
        self.assertEqual([row["draw"] for row in self.rows(named, "--table", "plane")], ["101", "205"])

    def test_scenarios_are_decided_one_by_one(self):
        lines = FOUR.splitlines()
        both = [lines[0] + ",scenario"] + [line + ",mild" for line in lines[1:]] + [line.replace(",1.", ",2.") + ",severe" for line in lines[1:]]
        rows = self.rows(self.write("\n".join(both)), "--willingness-to-pay", "20000")
        alone = self.rows(self.write(FOUR), "--willingness-to-pay", "20000")
        self.assertEqual([{k: v for k, v in row.items() if k != "scenario"} for row in rows[:3]], alone)
        self.assertEqual([row["scenario"] for row in rows], ["mild"] * 3 + ["severe"] * 3)
        found = json.loads(self.call("decide", self.write("\n".join(both)), "--format", "json").stdout)["scenarios"]
        self.assertEqual([part["scenario"] for part in found], ["mild", "severe"])

    def test_an_effect_that_one_avoids(self):
        """Relapses: fewer are better. The decision is that of the negative effects; effects keep their sign."""
        lines = FOUR.splitlines()
        negative = "\n".join([lines[0]] + [",".join(line.split(",")[:3]) + ",-" + line.split(",")[3] for line in lines[1:]])
        file = self.write(negative)
        for one, other in zip(self.rows(self.write(FOUR, "plain.csv")), self.rows(file, "--lower-is-better")):
            self.assertEqual(one, other)
        strategies = self.rows(file, "--lower-is-better", "--table", "strategies")
        for one, other in zip(self.rows(self.folder / "plain.csv", "--table", "strategies"), strategies):
            self.assertEqual((one["status"], one["icer"]), (other["status"], other["icer"]))
            self.assertEqual(float(one["effect"]), -float(other["effect"]))
            self.assertEqual(float(one["effect_increment"]), -float(other["effect_increment"]))

    def test_a_share_that_is_not_whole_is_not_rounded_to_it(self):
        """B is best in 995 of 1,000 draws, and in 9,999 of 10,000."""
        for draws, bad, words in ((1000, 5, "best in 99.5 % of draws"), (10_000, 1, "best in over 99.9 % of draws")):
            lines = ["draw,strategy,cost,effect"]
            for draw in range(draws):
                lines += [f"{draw},A,0,0", f"{draw},B,1,{-1 if draw < bad else 1}"]
            self.assertIn(words, self.call("decide", self.write("\n".join(lines)), "--willingness-to-pay", "20000").stdout)

    def test_endless_input(self):
        file = self.write(FOUR)
        self.call("decide", "/dev/zero", status=INVALID)
        self.call("decide", file, "--patient-noise", "/dev/zero", status=INVALID)

    def test_command_line(self):
        file = self.write(FOUR)
        for options in (("--willingness-to-pay", "a"), ("--willingness-to-pay", "1:2"), ("--population", "incidence"), ("--population", "births=3"),
                        ("--table", "none"), ("--format", "xml")):
            self.call("decide", file, *options, status=COMMAND_LINE)
        self.call("decide", file, "--willingness-to-pay", "5:1:1", status=INVALID)
        self.call("decide", "nowhere.csv", status=STORAGE)
        self.call("decide", self.folder, status=STORAGE)

    def test_evppi_does_not_depend_on_the_rows_order(self):
        file = self.gaussian(200)
        lines = file.read_text().splitlines()
        swapped = [lines[0]] + [line for pair in zip(lines[2::2], lines[1::2]) for line in pair]
        options = ("--evppi", "dE", "--willingness-to-pay", "20000", "--reference", "old", "--table", "evppi")
        self.assertEqual(self.rows(file, *options), self.rows(self.write("\n".join(swapped), "swapped.csv"), *options))

    def test_same_bits_on_any_processor(self):
        """The C library's own choice of code by processor does not reach a number."""
        file = self.gaussian(300)
        options = ("decide", file, "--evppi", "dE", "--evppi", "dE,dC", "--format", "csv")
        plain = self.call(*options).stdout
        for features in ("-AVX2_Usable,-FMA_Usable,-AVX512F_Usable", "-AVX2,-FMA,-AVX512F"):
            self.assertEqual(self.call(*options, env={"GLIBC_TUNABLES": f"glibc.cpu.hwcaps={features}"}).stdout, plain)


class Oracle(unittest.TestCase):
    def test_brute_force_knows_the_oracle(self):
        points = {"UC": (5000, 1), "B": (10000, 2), "A": (12000, 1.5), "C": (25000, 3), "D": (35000, 4), "E": (55000, 5)}
        found = brute_force.frontier({name: tuple(map(brute_force.Fraction, point)) for name, point in points.items()}, "UC")
        self.assertEqual([found[name][1] for name in "BDE"], [5000, 12500, 20000])


if __name__ == "__main__":
    unittest.main()
