"""A study and a seed are a pure function to a result: threads and instruction sets do not matter, the seed does."""
import subprocess
import unittest

from program import ANSWER_IS_NO, PROGRAM, ProgramTest


class Invariance(ProgramTest):
    def test_threads(self):
        for parameters in ("fixed", "uncertain"):
            with self.subTest(parameters=parameters):
                study = self.study(parameters=parameters, save="true", size=6_000)
                results = [self.run_study(study, f"{parameters}-{threads}.h5", "--threads", threads) for threads in (1, 2, 7, 16)]
                for other in results[1:]:
                    self.assert_same(results[0], other)

    def test_parts_do_not_matter(self):
        study = self.study()
        self.assert_same(self.run_study(study, "many.h5", "--part-seconds", 0), self.run_study(study, "one.h5", "--part-seconds", 1e6))

    def test_another_seed_is_another_result_and_the_first_difference_is_named(self):
        first = self.run_study(self.study(seed=7, size=500), "a.h5")
        second = self.run_study(self.study(seed=8, size=500), "b.h5")
        said = self.call("compare", first, second, status=ANSWER_IS_NO).stdout
        self.assertRegex(said, r"^different: \S.*\n\d+ datasets differ\n$")

    def test_instruction_sets(self):
        study = self.study(save="true", size=6_000, parameters="uncertain",
                           endpoints='["gmfm66", "gmfm88", "adl", "sleep", "drooling_frequency_cured", "drooling_effective", "cgi_i"]')
        best = self.run_study(study, "best.h5")
        with open("/proc/cpuinfo") as info:
            flags = next((line for line in info if line.startswith("flags")), "").split()
        sets = ["baseline"] + ["avx2"] * ("avx2" in flags and "fma" in flags) + ["avx512"] * ("avx512f" in flags and "avx512vl" in flags)
        for name in sets:
            with self.subTest(name):
                output = f"{name}.h5"
                if name != "baseline" and self.is_baseline_only(study, name):
                    continue
                self.assert_same(best, self.run_study(study, output, "--instruction-set", name, "--overwrite"))

    def is_baseline_only(self, study, name):
        """Debug and sanitizer builds hold one instruction set, and refuse the others."""
        done = subprocess.run([PROGRAM, "run", str(study), "-o", f"{name}-probe.h5", "--quiet", "--instruction-set", name], cwd=self.folder,
                              capture_output=True, text=True)
        return done.returncode != 0 and "instruction set" in done.stderr

    def test_the_c_library_without_its_fast_variants(self):
        # glibc chooses its own variants of exp, pow and sin by processor; these tunables (of glibc 2.26 and of 2.33 on) hide the features.
        study = self.study(save="true", size=6_000, parameters="uncertain")
        best = self.run_study(study, "best.h5")
        for number, names in enumerate(("-AVX2_Usable,-FMA_Usable,-AVX512F_Usable", "-AVX2,-FMA,-AVX512F")):
            with self.subTest(names):
                self.assert_same(best, self.run_study(study, f"slow-{number}.h5", env={"GLIBC_TUNABLES": f"glibc.cpu.hwcaps={names}"}))

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
