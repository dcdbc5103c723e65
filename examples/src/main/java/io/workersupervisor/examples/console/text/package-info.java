/** Forms of what people read on a terminal: times, columns, log entries, colours. Knows no command and no stream. */
package io.workersupervisor.examples.console.text;
