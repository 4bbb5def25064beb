// Before the first integration test, or the first journey: bundles the programs once for all files.

import { shareProgramsAmongTests } from '../support/programs.js';

export default shareProgramsAmongTests;
