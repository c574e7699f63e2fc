"""Evidence files: overlays on a stance, what a result carries of them, and the versions of the stances that ship."""
import re
import unittest

import h5py

from program import INVALID, SOURCE, ProgramTest

OVERLAY = '''format = "vcohort-evidence 1"
base = "{base}"
name = "{name}"
title = "{name}"

[parameter."effect.emax"]
value = {emax}
unit = "GMFM-66 points"
uncertainty = {{ distribution = "lognormal", sigma = 0.3 }}
source = "own trial"
strength = "found"
reason = "newer"
'''


class Overlays(ProgramTest):
    def overlay(self, path, base, emax=6.5, name="own"):
        file = self.folder / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(OVERLAY.format(base=base, name=name, emax=emax))

    def test_a_result_is_run_again_with_what_it_carries(self):
        self.overlay("files/base.toml", "sceptical")
        self.overlay("files/own.toml", "base.toml", emax=9)
        study = self.study(evidence='["files/own.toml"]', parameters="uncertain", size=2000)
        first = self.run_study(study, "first.h5")
        for path in ("files/own.toml", "files/base.toml", "study.toml"):
            (self.folder / path).unlink()
        self.call("run", first, "-o", "again.h5", "--quiet", "--progress", "none")
        self.assert_same(first, "again.h5")
        with h5py.File(first) as file:
            carried = file["evidence/source"][0].decode()
        self.assertNotIn("base", carried.split("[parameter", 1)[0])
        self.assertIn('[parameter."motor.limit.I"]', carried)

    def test_an_overlay_is_the_whole_file_that_it_stands_for(self):
        text = (SOURCE / "scenarios/evidence/sceptical.toml").read_text()
        changed = text.replace('[parameter."effect.emax"]\nvalue = 4.0', '[parameter."effect.emax"]\nvalue = 5.0').replace('name = "sceptical"', 'name = "own"')
        self.assertNotEqual(text, changed)
        (self.folder / "whole.toml").write_text(changed)
        block = re.search(r'\[parameter\."effect\.emax"\]\n(?:.+\n)+', changed)[0]
        head = 'format = "vcohort-evidence 1"\nbase = "sceptical"\nname = "own"\ntitle = "Shrunk to the controlled meta-analysis (default)"\n'
        (self.folder / "part.toml").write_text(head + block)
        shas = []
        for name in ("whole", "part"):
            with h5py.File(self.run_study(self.study(evidence=f'["{name}.toml"]', size=500), f"{name}.h5")) as file:
                shas.append(file.attrs["evidence_sha256"])
        self.assertEqual(*shas)

    def test_refusals_have_a_place(self):
        self.overlay("own.toml", "septical")
        said = self.call("check", self.study(evidence='["own.toml"]'), status=INVALID).stderr
        self.assertIn('own.toml:2:8: unknown base "septical"', said)
        self.overlay("own.toml", "other.toml")
        self.overlay("other.toml", "own.toml")
        said = self.call("check", self.study(evidence='["own.toml"]'), status=INVALID).stderr
        self.assertIn("other.toml:2:8: the evidence is based on itself", said)
        said = self.call("check", self.study(evidence='["missing.toml"]'), status=INVALID).stderr
        self.assertRegex(said, r'study\.toml:\d+:\d+: unknown evidence "missing.toml"')


class Versions(ProgramTest):
    def test_the_last_version_is_what_ships(self):
        rows = [line for line in (SOURCE / "scenarios/evidence/CHANGELOG.md").read_text().splitlines() if re.match(r"\| [\d.]+ \|", line)]
        listed = [cell.strip().strip("`") for cell in rows[-1].strip("|").split("|")][2:]
        for stance, expected in zip(("published", "sceptical", "null"), listed):
            with h5py.File(self.run_study(self.study(evidence=f'["{stance}"]', size=500), f"{stance}.h5")) as file:
                sha = file.attrs["evidence_sha256"]
                self.assertEqual(sha.decode() if isinstance(sha, bytes) else sha, expected, stance)


if __name__ == "__main__":
    unittest.main()
