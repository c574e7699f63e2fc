"""A study and a seed are a pure function to a result: threads and instruction sets do not matter, the seed does."""
import unittest

from program import ANSWER_IS_NO, ProgramTest


class Invariance(ProgramTest):
    def test_threads(self):
        for parameters in ("fixed", "uncertain"):
            with self.subTest(parameters=parameters):
                self.assert_same_on_threads(self.study(f"{parameters}.toml", parameters=parameters, save="true", size=6_000), 2, 7, 16)
                for file in self.folder.glob("*.h5"):
                    file.unlink()

    def test_parts_do_not_matter(self):
        self.assert_same_in_parts(self.study())

    def test_another_seed_is_another_result_and_the_first_difference_is_named(self):
        first = self.run_study(self.study(seed=7, size=500), "a.h5")
        second = self.run_study(self.study(seed=8, size=500), "b.h5")
        said = self.call("compare", first, second, status=ANSWER_IS_NO).stdout
        self.assertRegex(said, r"^different: \S.*\n\d+ datasets differ\n$")

    def test_instruction_sets(self):
        study = self.study(save="true", size=6_000, parameters="uncertain",
                           endpoints='["gmfm66", "gmfm88", "adl", "sleep", "drooling_frequency_cured", "drooling_effective", "cgi_i"]')
        self.assert_same_on_every_instruction_set(study)

    def test_the_c_library_without_its_fast_variants(self):
        self.assert_same_without_fast_variants(self.study(save="true", size=6_000, parameters="uncertain"))

    def test_scenarios_are_independent(self):
        """A scenario does not depend on which others are asked for."""
        both = self.run_study(self.study(size=2_000), "both.h5")
        alone = self.run_study(self.study("alone.toml", size=2_000, evidence='["published"]'), "alone.h5")
        def rows(path):
            return [line for line in self.call("export", path, "--table", "cohort/increments").stdout.splitlines() if line.startswith("published,")]
        self.assertEqual(rows(both), rows(alone))
        self.assertGreater(len(rows(alone)), 100)


if __name__ == "__main__":
    unittest.main()
