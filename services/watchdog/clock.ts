// The clock of all services, under the name that the Watchdog's files import it by.

export { type Clock, sleep, systemClock } from '../lib/process/clock.js';
