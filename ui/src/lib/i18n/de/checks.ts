/** What the server says of its checks of the data, in German. */
export const checks: Record<string, string> = {
  'check.solved_before_reply': 'Gelöst vor der ersten Antwort',
  'check.solved_before_reply.text':
    'Die Kundin wartete auf Antwort, und das Ticket wurde vorher gelöst. Die Zeit bis zur ersten Antwort zählt, wenn später noch jemand antwortete. Oft wird außerhalb des Helpdesks geantwortet, oder eine Regel löst.',
  'check.event_before_created': 'Ereignisse vor der Erstellung',
  'check.event_before_created.text':
    'Etwas geschah, bevor es das Ticket gab. Prüfen Sie die Zeitzone, die die Zuordnung für jede Zeitspalte nennt.',
  'check.negative_duration': 'Dauern unter null',
  'check.negative_duration.text':
    'Antwort oder Lösung liegen vor der Erstellung, deshalb bleibt diese Dauer weg. Prüfen Sie Zeitzone und Schreibweise der Zeiten in der Zuordnung.',
  'check.clock_skew': 'Ereignisse aus der Zukunft',
  'check.clock_skew.text':
    'Ereignisse sind später datiert, als wir von ihnen erfuhren: Eine Uhr der Quelle geht falsch, oder die Zuordnung liest ihre Zeiten in einer anderen Zone.',
  'check.creation_missing': 'Erstellung fehlt',
  'check.creation_missing.text':
    'Kein Ereignis sagt, wann das Ticket entstand; gemessen wird ab dem ersten bekannten Ereignis. Importieren Sie die Spalte der Erstellung oder einen früheren Teil der Geschichte.',
  'check.created_twice': 'Mehrmals erstellt',
  'check.created_twice.text':
    'Es gibt mehrere Erstellungen, und die erste zählt. Vielleicht geben zwei Importe demselben Ticket verschiedene Ereignisnummern.',
  'check.unknown_calendar': 'Unbekannter Kalender',
  'check.unknown_calendar.text':
    'Das Ticket nennt einen Kalender, den die Regeln nicht kennen, und hat deshalb keine Geschäftszeit. Fügen Sie den Kalender in den Einstellungen hinzu.',
  'check.bad_scale': 'Unmögliche Bewertungsskala',
  'check.bad_scale.text':
    'Die Skala einer Bewertung endet, bevor sie beginnt, deshalb hat die Bewertung keine Note. Prüfen Sie die Skala in der Zuordnung.',
  'check.late': 'Spät erfahren',
  'check.late.text':
    'Wir kannten das Ticket und erfuhren mehr als einen Tag nach seinem letzten Ereignis noch etwas: Zahlen, die dazwischen berichtet wurden, haben sich seither geändert. Prüfen Sie, wie oft die Quelle gelesen wird.',
  'check.quarantine.text':
    'Nicht verstandene Zeilen sind in keiner Zahl. Berichtigen Sie die Zuordnung und versuchen Sie es erneut.',
};
