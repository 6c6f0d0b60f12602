import type { scorecard as en } from '../en/scorecard';

export const scorecard: Record<keyof typeof en, string> = {
  'score.team': 'Team',
  'score.agent': 'Person',
  'score.solved': 'Gelöst',
  'score.first': 'Erste Antwort',
  'score.next': 'Nächste Antwort',
  'score.resolution': 'Lösung',
  'score.fcr': 'Erstkontakt',
  'score.reopened': 'Wieder offen',
  'score.csat': 'CSAT',
  'score.sla': 'SLA erfüllt',
  'score.handle': 'Bearbeitung',
  'score.backlog': 'Rückstand',
  'score.teams.note':
    'Wie jedes Team mit seiner eigenen Mischung von Tickets abschneidet. Keine Rangliste: Teams haben verschiedene Arbeit, und die meisten Unterschiede sind Zufall.',
  'score.teams.caption': 'Teams',
  'score.teams.whole': 'Alle Teams',
  'score.teams.peers': 'alle Teams zusammen',
  'score.team.note':
    'Wie jede Person im Team mit ihrer eigenen Mischung von Tickets abschneidet. Was wie erwartet ist, heißt auch so.',
  'score.team.caption': 'Personen in {team}',
  'score.team.whole': 'Ganzes Team',
  'score.team.peers': 'das ganze Team',
  'score.back.teams': 'Alle Teams',
  'score.more': 'Intervall und Verlauf von {name}',
  'score.more.note': 'Veränderungen gegenüber {period}.',
  'score.course': 'Verlauf von {what} für {who}',
  'score.few': 'zu wenige, n = {n}',
  'score.few.why': 'Aus nur {n, plural, one {# Fall} other {# Fällen}}; da entscheidet der Zufall.',
  'score.expected': 'wie erwartet',
  'score.expected.of': 'Erwartet bei dieser Mischung: {value}',
  'score.mix': 'Gleiche Mischung aus',
  'score.mix.channel-priority': 'Kanal und Priorität',
  'score.mix.channel-type': 'Kanal und Art',
  'score.mix.priority-type': 'Priorität und Art',
  'score.mix.product-priority': 'Produkt und Priorität',
  'score.order': 'Reihenfolge',
  'score.order.name': 'Nach Namen',
  'score.order.distance': 'Am weitesten vom Erwarteten',
  'score.outside': 'Was auffällt',
  'score.outside.none':
    'Nichts: {judged, plural, one {Die eine Zahl, die sich beurteilen lässt, ist} other {Alle # Zahlen, die sich beurteilen lassen, sind}} bei gleicher Mischung wie erwartet.',
  'score.outside.few': 'Keine Zahl hier kommt aus genug Fällen, um sie zu beurteilen.',
  'score.outside.better': 'ist besser als erwartet bei',
  'score.outside.worse': 'ist schlechter als erwartet bei',
  'score.outside.higher': 'liegt über dem Erwarteten bei',
  'score.outside.lower': 'liegt unter dem Erwarteten bei',
  'score.outside.of': '{value}, erwartet {expected}',
  'score.outside.chance':
    '{outside} von {judged} Zahlen liegen außerhalb ihres Intervalls; durch Zufall allein wären es etwa {chance}.',
  'score.thin': 'Viele Zahlen kommen in diesem Zeitraum aus wenigen Fällen.',
  'score.thin.longer': 'Die letzten 12 Wochen ansehen',
  'score.legend':
    'Der Punkt ist der Wert, der Balken sein 95-%-Intervall, der senkrechte Strich das bei gleicher Mischung Erwartete.',
  'score.missing': 'Nicht gezeigt, weil die Daten nichts dazu haben: {list}.',
  'score.how': 'Wie wird hier verglichen?',
  'score.how.mix':
    'Wer mehr Anrufe oder mehr Dringendes hat, lässt sich nicht an denen messen, die weniger davon haben. Deshalb nehmen wir, wie {peers} bei jeder Art von Ticket abschneidet, und setzen es in den Anteilen zusammen, die diese Zeile hat. Das ist das Erwartete.',
  'score.how.median':
    'Anteile lassen sich genau zusammensetzen, Mediane nicht: Die Mediane jeder Art werden mit der Zahl der Fälle dieser Zeile gewichtet und so skaliert, dass sich für {peers} der eigene Median ergibt.',
  'score.how.interval':
    'Besser oder schlechter heißt ein Wert nur, wenn sein 95-%-Intervall das Erwartete nicht erreicht. Bei Anteilen ist es das Wilson-Intervall, bei Medianen ergibt es sich aus der Reihenfolge der Werte.',
  'score.how.few': 'Ein Wert aus weniger als {n} Fällen ist grau und wird nicht beurteilt.',
  'score.how.rank':
    'Es gibt keine Plätze 1, 2, 3. Die Reihenfolge ist nach Namen oder danach, wie weit jemand vom Erwarteten entfernt ist, zum Guten oder zum Schlechten: Beides lohnt einen Blick.',
  'agent.note':
    'Deine Zahlen, für dich: neben denen der anderen bei gleicher Mischung von Tickets und neben deiner eigenen Vergangenheit.',
  'agent.numbers': 'Meine Zahlen',
  'agent.number': 'Kennzahl',
  'agent.mine': 'Meine',
  'agent.range': 'Ich und die mittlere Hälfte der anderen',
  'agent.verdict': 'Bei gleicher Mischung',
  'agent.change': 'Gegenüber vorher',
  'agent.peers':
    'Verglichen mit {team}: {n, plural, one {# weitere Person} other {# weitere Personen}}.',
  'agent.peers.desk': 'Verglichen mit allen Personen am Desk.',
  'agent.legend':
    'Der Punkt ist dein Wert, der Balken sein 95-%-Intervall, der senkrechte Strich das bei deiner Mischung Erwartete; das graue Feld zeigt, wo die mittlere Hälfte der anderen mit deiner Mischung läge.',
  'agent.past': 'Meine letzten zwölf Monate',
  'agent.past.note':
    'Monat für Monat, mit Intervall. Nur du, gegenüber deiner eigenen Vergangenheit.',
  'agent.past.summary':
    '{what}: {now} im {month}, gegenüber {median} in der Mitte der zwölf Monate.',
  'agent.past.none': '{what}: zu wenig in den letzten zwölf Monaten.',
  'agent.waiting': 'Wer auf mich wartet',
  'agent.waiting.note':
    'Deren letzte Nachricht noch keine Antwort hat; die längste Wartezeit zuerst.',
  'agent.waiting.none': 'Niemand wartet auf dich.',
  'agent.waiting.none.hint': 'Alle haben eine Antwort.',
  'agent.waiting.all': 'Alle {n}',
  'agent.topics': 'Was ich am häufigsten löse',
  'agent.topics.note': 'Themen der Tickets, die ich in diesem Zeitraum gelöst habe.',
  'agent.topics.none': 'Keine Themen in diesem Zeitraum',
  'agent.hidden': 'Was hier nicht steht, und warum',
  'agent.hidden.minutes':
    'Keine Aktivität Minute für Minute, keine Uhrzeiten deiner Antworten, keine Zeit online oder untätig. Das zeigt Anwesenheit, nicht Hilfe, und bestraft Nachdenken.',
  'agent.hidden.rank':
    'Kein Platz in einer Rangliste und keine Namen von anderen. Tickets sind verschieden; ein Rang belohnt, wer sich die leichten nimmt.',
  'agent.hidden.few':
    'Kein Urteil aus weniger als {n} Fällen. Ein schlechter Tag ist kein Muster, und eine einzelne verärgerte Bewertung kein Trend.',
  'agent.hidden.same':
    'Deine Teamleitung sieht dieselben Zahlen mit denselben Definitionen; eine andere Seite über dich gibt es nicht.',
  'agent.none': 'Nichts von {agent} in diesem Zeitraum',
  'agent.expected': 'erwartet {value}',
  'agent.peers.all': 'alle am Desk',
  'agent.steady': 'wie zuvor',
  'agent.month': 'Monat',
  'agent.topic': 'Thema',
};
